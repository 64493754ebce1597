#!/usr/bin/env bash
# Two "hosts" on this machine, network namespaces joined by a virtual link that is shaped to 1 Gbit/s, with a rank on each: seconds a step beside the same on one host, and what the link adds
# beside what docs/cluster.md's model says. Root, iproute2 and Open MPI.
#   tests/slow/network-namespaces.sh [NETWORK] [IMAGES]     vgg16 and 256. Some minutes on 2 cores; nothing else should run.
set -euo pipefail
for tool in ip tc mpirun; do command -v $tool >/dev/null || { echo "skipped: there is no $tool (iproute2, openmpi-bin)"; exit 77; }; done
[ "$(id -u)" -eq 0 ] || { echo "skipped: network namespaces need root"; exit 77; }
network=${1:-vgg16} images=${2:-256} batch=64
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
out=$(mktemp -d)
hosts=(padam-a padam-b)
clean_up() {
  for host in "${hosts[@]}"; do ip netns del "$host" 2>/dev/null || true; done
  rm -rf "$out"
}
trap clean_up EXIT
for host in "${hosts[@]}"; do ip netns add "$host" || { echo "skipped: this system gives no network namespaces"; exit 77; }; done
ip link add veth-a netns padam-a type veth peer name veth-b netns padam-b
n=0
for host in "${hosts[@]}"; do
  link=veth-${host#padam-} n=$((n + 1))
  ip -n "$host" address add 10.77.0.$n/24 dev "$link"
  ip -n "$host" link set lo up
  ip -n "$host" link set "$link" up
  ip netns exec "$host" tc qdisc add dev "$link" root tbf rate 1gbit burst 256kb latency 20ms
done
# How Open MPI starts its daemon on the other host: in that host's namespace, under a name of its own.
cat >"$out/agent" <<'AGENT'
#!/usr/bin/env bash
exec ip netns exec padam-b unshare --uts bash -c "hostname padam-b; ${*:2}"
AGENT
chmod +x "$out/agent"
export TERM=dumb OMP_NUM_THREADS=1
"$program" data generate --data "$out/data" --train "$images" --test 10 >/dev/null
seconds_a_step() { # START...; of the second of two epochs
  rm -rf "$out/run"
  "$@" "$program" run --dataset synthetic --data "$out/data" --backbone "$network" --optimizer padam --epochs 2 --batch-size $batch --train-limit "$images" --test-limit 10 --threads 1 \
    --out "$out/run" --distributed >"$out/log" 2>&1 || { cat "$out/log" >&2; exit 1; }
  awk -v rate="$(grep -o '"ImagesPerSecond": [0-9.]*' "$out"/run/*/*.json | tail -1 | grep -o '[0-9.]*$')" -v batch=$batch 'BEGIN { printf "%.3f", batch / rate }'
}
mpi=(mpirun --allow-run-as-root --bind-to none -n 2)
apart=(ip netns exec padam-a unshare --uts bash -c 'hostname padam-a; exec "$@"' - "${mpi[@]}" -H 10.77.0.1:1,10.77.0.2:1 --mca plm_rsh_agent "$out/agent" --mca btl self,tcp
  --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24)
together=$(seconds_a_step "${mpi[@]}")
over_link=$(seconds_a_step "${apart[@]}")
echo "$network, batch $batch, two ranks of one thread: $together s a step on one host, $over_link s over 1 Gbit/s: the link adds $(awk "BEGIN { printf \"%.3f\", $over_link - $together }") s."
