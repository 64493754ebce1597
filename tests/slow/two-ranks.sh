#!/usr/bin/env bash
# Images a second of one process with two threads beside two ranks with one thread each, for the report's three networks, in turn, on synthetic images.
#   tests/slow/two-ranks.sh [IMAGES] [ROUNDS]     512 and 2. About ten minutes on 2 cores; nothing else should run.
set -euo pipefail
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (openmpi-bin)"; exit 77; }
images=${1:-512} rounds=${2:-2}
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TERM=dumb
"$program" data generate --data "$out/data" --train "$images" --test 10 >/dev/null
# The second of two epochs: the first one compiles.
run() { # NAME START...
  rm -rf "$out/run"
  "${@:2}" "$program" run --dataset synthetic --data "$out/data" --backbone "$1" --optimizer padam --epochs 2 --batch-size 128 --train-limit "$images" --test-limit 10 --out "$out/run" \
    "${options[@]}" >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
  grep -o '"ImagesPerSecond": [0-9.]*' "$out"/run/*/*.json | tail -1 | grep -o '[0-9.]*$' | cut -d. -f1
}
printf '%-12s %-28s %-28s %s\n' network "one process, two threads" "two ranks, a thread each" "and normalised together"
for ((round = 1; round <= rounds; round++)); do
  for network in vgg16 resnet18 wrn-16-4; do
    options=(--threads 2) one=$(run $network)
    options=(--threads 1 --distributed) two=$(run $network mpirun -n 2 --bind-to none)
    options=(--threads 1 --distributed --sync-batch-norm) together=$(run $network mpirun -n 2 --bind-to none)
    printf '%-12s %-28s %-28s %s\n' $network "$one images/s" "$two images/s" "$together images/s"
  done
done
