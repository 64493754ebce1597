#!/usr/bin/env bash
# Kills a training of five epochs twenty times (SIGKILL), resumes it each time, and compares what it ends with to an uninterrupted one, byte for byte.
#   tests/slow/kill-and-resume.sh [CIFAR10-FOLDER]     without a folder: synthetic images. SEED=N draws other moments. About three minutes on 2 cores.
# Four kills an epoch: two at any moment between the program's start and its first line of the log; one while that line and the checkpoint are written; one within the
# next epoch, or, after the last, while the model is written. Exit code 0 where log and weights are equal and nothing half-written is left, else 1.
set -euo pipefail
data=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
RANDOM=${SEED:-1} out=$(mktemp -d) pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; rm -rf "$out"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ -n "$data" ]; then dataset=cifar10; else dataset=synthetic data=$out/data; "$program" data generate --data "$data" --train 1000 --test 200 >/dev/null; fi

train() { # NAME; in the background
  folder=$out/$1/vgg-small log=$out/$1/vgg-small/model_padam_$dataset.csv
  "$program" run --dataset $dataset --data "$data" --backbone vgg-small --optimizer padam --epochs 5 --batch-size 32 --train-limit 1000 --test-limit 200 --threads 1 \
    --out "$out/$1" --resume >"$out/output" 2>&1 &
  pid=$! began=$(now)
  touch "$out/began"
}
now() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); } # milliseconds
wait_for() { while kill -0 $pid 2>/dev/null && ! "$@"; do sleep 0.002; done; } # CONDITION; or the end of the training
its_end() { wait $pid 2>/dev/null; }
at() { [ $(($(now) - began)) -ge "$1" ] || line_written; }
line_written() { [ "$log" -nt "$out/began" ]; }
saved() { [ "$(epochs_saved)" -ge "$1" ]; }
model_begun() { [ -n "$(find "$folder" -maxdepth 1 -name '*.zip*' -newer "$out/began" 2>/dev/null)" ]; }
epochs_saved() { { grep -aos '"EpochsDone": [0-9]*' "${log%.csv}.checkpoint/checkpoint.zip" || echo 0; } | grep -o '[0-9]*$'; }
epochs_logged() { cat "$log" 2>/dev/null | grep -c '^[0-9]' || true; }
half_written() { find "$folder" -name '*.tmp' 2>/dev/null | wc -l; }
# The zip itself holds the time at which it was written; its weights are exported.
export_weights() { "$program" export --model "${log%csv}zip" --format safetensors --out "${log%csv}safetensors" >/dev/null; }
equal() { for file in csv h5 safetensors; do cmp "$out/whole/vgg-small/model_padam_$dataset.$file" "${log%csv}$file" || return; done; }

train whole
wait_for line_written
first_line=$(($(now) - began))
its_end || { cat "$out/output"; exit 1; }
export_weights
echo "Uninterrupted: the first epoch is over after $first_line ms, all five after $(($(now) - began)) ms."

kills=0 failed=0
while true; do
  train killed
  epoch=$((kills / 4 + 1))
  if [ $kills -lt 20 ]; then
    case $((kills % 4)) in
      0 | 1) moment="any moment" after="at $((RANDOM % first_line))" window=1 ;;
      2) moment="line and checkpoint" after=line_written window=60 ;;
      3) if [ $epoch -lt 5 ]; then moment="epoch $((epoch + 1))" after="saved $epoch" window=$((first_line / 3)); else moment="model" after=model_begun window=60; fi ;;
    esac
    # A kill that came late lets an epoch through; this keeps some for the kills to come.
    if [ $((kills % 4)) -lt 3 ] && saved $epoch; then moment="start" after=true window=$((first_line / 3)); fi
    wait_for $after
    sleep "$(printf '%d.%03d' $((RANDOM % window / 1000)) $((RANDOM % window % 1000)))"
    died=$(($(now) - began))
    kill -KILL $pid 2>/dev/null || true
  fi
  code=0
  its_end || code=$?
  case $code in
    137)
      kills=$((kills + 1))
      printf 'kill %2d, %-20s after %5d ms; %s epochs in the log, %s in the checkpoint, %s half-written files\n' $kills "$moment," $died "$(epochs_logged)" "$(epochs_saved)" "$(half_written)"
      ;;
    0 | 1) # 1: it was killed after its last file, and only its checkpoint was still there
      [ -f "${log%csv}json" ] || { cat "$out/output"; exit 1; }
      export_weights
      equal || failed=1
      left=$(find "$folder" -name '*.tmp' -o -name '*.checkpoint')
      [ -z "$left" ] || { echo "Left behind: $left"; failed=1; }
      [ $kills -lt 20 ] || break
      # The last kills came too late: they are for another training.
      echo "It was finished before kill $((kills + 1)); once more from the start."
      rm -r "$folder"
      ;;
    *) cat "$out/output"; exit 1 ;;
  esac
done
[ $failed -eq 0 ] || { echo "20 kills, NOT equal"; exit 1; }
echo "20 kills, csv equal, weights equal"
