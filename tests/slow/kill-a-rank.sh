#!/usr/bin/env bash
# Kills one rank of a training on two (SIGKILL) at five random moments, lets it go on each time, and compares what it ends with to an uninterrupted one, byte for byte.
#   tests/slow/kill-a-rank.sh     SEED=N draws other moments. About two minutes on 2 cores. Exit code 0 where each kill ended the job and log and weights are equal, else 1.
set -euo pipefail
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (openmpi-bin)"; exit 77; }
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
RANDOM=${SEED:-1} out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TERM=dumb
"$program" data generate --data "$out/data" --train 400 --test 100 >/dev/null
train() { # NAME; in the background
  log=$out/$1/vgg-small/model_padam_synthetic.csv
  mpirun -n 2 --oversubscribe --bind-to none --mca btl_vader_single_copy_mechanism none "$program" run --dataset synthetic --data "$out/data" --backbone vgg-small --optimizer padam --epochs 6 \
    --batch-size 32 --train-limit 400 --test-limit 100 --threads 1 --out "$out/$1" --distributed --resume >"$out/output" 2>&1 &
  job=$!
}
now() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); } # milliseconds
epochs_logged() { cat "$log" 2>/dev/null | grep -c '^[0-9]' || true; }
ranks() { cat /proc/$job/task/*/children 2>/dev/null | tr ' ' '\n' | grep . || true; }

began=$(now)
train whole
wait $job || { cat "$out/output"; exit 1; }
whole=$(($(now) - began))
echo "Uninterrupted: $whole ms."
for ((kills = 1; kills <= 5; kills++)); do
  train killed
  # One epoch further each time, then any moment of about one more.
  while kill -0 $job 2>/dev/null && [ "$(epochs_logged)" -lt $kills ]; do sleep 0.01; done
  sleep "$(awk -v r=$RANDOM -v whole=$whole 'BEGIN { print r / 32768 * whole / 8000 }')"
  mapfile -t started < <(ranks)
  if [ ${#started[@]} -eq 0 ]; then echo "kill $kills: there was no rank any more"; break; fi
  victim=$((RANDOM % ${#started[@]})) died=$(now)
  kill -KILL "${started[victim]}"
  code=0
  wait $job || code=$?
  [ $code -ne 0 ] || { echo "kill $kills: the job did not end by it"; exit 1; }
  said=$(grep -o "process rank [0-9]* with PID [0-9]* on node .* exited on signal 9" "$out/output" | head -1 || true)
  echo "kill $kills: rank $victim; the job ended $(($(now) - died)) ms later with $code (${said:-no rank named}); $(epochs_logged) epochs in the log"
done
train killed
wait $job || { cat "$out/output"; exit 1; }
for file in csv h5; do cmp "$out/whole/vgg-small/model_padam_synthetic.$file" "${log%csv}$file" || { echo "NOT equal"; exit 1; }; done
[ -z "$(find "$out/killed" -name '*.tmp')" ] || { echo "Half-written files are left."; exit 1; }
echo "$((kills - 1)) kills, csv equal, weights equal"
