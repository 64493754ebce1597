#!/usr/bin/env bash
# Trains vgg-small on the first 10,000 images of CIFAR-10 for 10 epochs in float32 and in bfloat16, seeds 1 to 3, and tests each on all 10,000 test images.
#   tests/slow/bf16-accuracy.sh [CIFAR10-FOLDER] [OUT]     without a folder: that of PADAM_CIFAR10. Stopped and started again with OUT, it goes on.
# Where the processor has bfloat16: NETWORK=resnet18 IMAGES=5000 EPOCHS=5. Exit code 0 where bfloat16's mean accuracy lies within two standard deviations of float32's, else 1.
set -euo pipefail
data=$(realpath "${1:-${PADAM_CIFAR10:?the folder with data_batch_1.bin, as first argument or in PADAM_CIFAR10}}") out=$(realpath -m "${2:-$(mktemp -d)}")
mkdir -p "$out"
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
network=${NETWORK:-vgg-small} images=${IMAGES:-10000} epochs=${EPOCHS:-10} accuracies=
echo "| precision | seed | test accuracy | seconds |"
echo "| --- | --- | --- | --- |"
for precision in float32 bfloat16; do
  for seed in 1 2 3; do
    folder=$out/$precision-$seed
    "$program" run --dataset cifar10 --data "$data" --backbone "$network" --optimizer padam --epochs "$epochs" --train-limit "$images" --seed $seed \
      --precision $precision --out "$folder" --resume >"$out/$precision-$seed.log" 2>&1 || { cat "$out/$precision-$seed.log"; exit 1; }
    accuracy=$(tail -n 1 "$folder/$network/model_padam_cifar10.csv" | cut -d';' -f5)
    seconds=$(sed -n 's/^ *"[sS]econds": \([0-9]*\).*/\1/p' "$folder/$network/model_padam_cifar10.json")
    echo "| $precision | $seed | $accuracy | $seconds |"
    accuracies="$accuracies $accuracy"
  done
done
awk -v accuracies="$accuracies" 'BEGIN {
  split(accuracies, a, " ")
  exact = (a[1] + a[2] + a[3]) / 3; rounded = (a[4] + a[5] + a[6]) / 3
  for (i = 1; i <= 3; i++) square += (a[i] - exact) ^ 2
  deviation = sqrt(square / 2); apart = rounded - exact
  holds = (apart <= 2 * deviation && apart >= -2 * deviation)
  printf "float32 %.4f, standard deviation %.4f; bfloat16 %.4f, %.4f apart: %s.\n", exact, deviation, rounded, apart, holds ? "within two deviations" : "NOT within two deviations"
  exit !holds }'
