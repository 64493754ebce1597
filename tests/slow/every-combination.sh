#!/usr/bin/env bash
# Trains each of 3 networks x 5 optimizers under both recipes on the first 1,000 CIFAR-10 images for 2 epochs, and evaluates each zip in a new process.
#   tests/slow/every-combination.sh CIFAR10-FOLDER [OUT]
# A row holds when the second epoch's mean training loss is below the first's and the zip repeats the log's last test accuracy digit for digit.
set -euo pipefail
data=$(realpath "${1:?the folder with data_batch_1.bin}") out=${2:-$(mktemp -d)}
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
failed=0
echo "| recipe | network | optimizer | loss 1 | loss 2 | test accuracy | zip repeats it | holds |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
for recipe in authors report; do
  for backbone in vgg16 resnet18 wrn-16-4; do
    for optimizer in padam adam amsgrad adamw sgd; do
      "$program" run --dataset cifar10 --data "$data" --backbone $backbone --optimizer $optimizer --recipe $recipe --epochs 2 --train-limit 1000 --test-limit 500 \
        --seed 1 --out "$out/$recipe" --force >/dev/null
      model="$out/$recipe/$backbone/model_${optimizer}_cifar10"
      accuracy=$("$program" evaluate --model "$model.zip" --dataset cifar10 --data "$data" --test-limit 500 --json | sed 's/.*"accuracy":\([^,]*\),.*/\1/')
      row=$(awk -F';' -v accuracy="$accuracy" 'NR==2 {first=$3} NR==3 {second=$3; test=$5} END {
        same = (test == accuracy) ? "yes" : "no: " accuracy; printf "%.4f | %.4f | %s | %s | %s", first, second, test, same, (second < first && test == accuracy) ? "yes" : "NO" }' "$model.csv")
      echo "| $recipe | $backbone | $optimizer | $row |"
      case "$row" in *NO) failed=$((failed + 1)) ;; esac
    done
  done
done
echo "$failed of 30 do not hold."
[ "$failed" -eq 0 ]
