#!/usr/bin/env bash
# The script that `experiment table2 --scale quick --slurm` prints, on a real Slurm: an array of four trainings, each stopped in the middle in another way, and gone on with.
#   tests/slurm/array-of-four.sh
# Exit code: 0, all checks hold; 1, one does not; 77, skipped (the last line says why): Debian's Slurm packages cannot be had. Three to four minutes on 2 cores, two of them Slurm's own delay.
set -euo pipefail
source "$(dirname "$0")/one-node.sh"
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
export OMP_WAIT_POLICY=passive # four trainings at once, perhaps on fewer cores

folder=$(mktemp -d)
clean_up() {
  stop_slurm
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"

unpack_slurm "$folder/slurm" || { echo "skipped: $reason"; exit 77; }

failed=0
check() { # WHAT COMMAND...
  if "${@:2}"; then echo "ok      $1"; else echo "NOT OK  $1"; failed=$((failed + 1)); fi
}
wait_until() { # COMMAND...; five minutes at most
  for ((i = 0; i < 1500; i++)); do
    ! "$@" || return 0
    sleep 0.2
  done
  echo "In vain: $*" >&2
  return 1
}

# A TASK is JOB_INDEX.
is() { [ "$(squeue --noheader --states=all --jobs="$1" --format=%T 2>/dev/null)" = "$2" ]; } # TASK STATE
queued_again() { is "$1" PENDING && scontrol show job "$1" | grep -q " Restarts=1 "; }
trains() { grep -qs "epoch 1/" "padam-table2-$1.log"; }
training_process() { pgrep -f -- "--out $folder/cluster .*--index $1\$"; } # INDEX
begun_once() { [ "$(cat padam-table2-*_"$1".log | grep -c "epoch 1/")" -eq 1 ]; } # INDEX
same() { cmp "$1" "cluster/${1#whole/}"; }

echo "Four runs without interruption, to compare with."
"$program" experiment table2 --scale quick --threads 1 --jobs 2 --out "$folder/whole" >whole.log
"$program" experiment table2 --scale quick --threads 1 --out "$folder/cluster" --slurm >job.sbatch

start_slurm "$folder/slurm" 4
sinfo --version
job=$(sbatch --parsable job.sbatch)

wait_until trains "${job}_0"
kill -STOP "$(training_process 0)" # until Slurm notices the limit; it looks every half a minute
scontrol update JobId="${job}_0" TimeLimit=2
wait_until trains "${job}_1"
kill -KILL "$(training_process 1)"
wait_until trains "${job}_2"
scontrol requeue "${job}_2"
wait_until trains "${job}_3"
scancel "${job}_3"

check "task 1, killed: failed" wait_until is "${job}_1" FAILED
scontrol requeue "${job}_1"
check "task 1, by scontrol requeue: in the queue again" wait_until queued_again "${job}_1"
check "task 2, put back by Slurm in the middle: saved, in the queue again" wait_until queued_again "${job}_2"
check "task 3, cancelled: cancelled" wait_until is "${job}_3" CANCELLED
second=$(sbatch --parsable --array=3 job.sbatch)
wait_until grep -qs CANCELLED "padam-table2-${job}_0.log"
kill -CONT "$(training_process 0)"
check "task 0, two minutes before its limit: told to stop, saved, put itself into the queue again" wait_until queued_again "${job}_0"
scontrol update JobId="${job}_0" TimeLimit=60
check "task 3, submitted once more: finished" wait_until is "${second}_3" COMPLETED
# Slurm leaves a requeued task in the queue for two minutes.
for index in 0 1 2; do check "task $index: finished" wait_until is "${job}_$index" COMPLETED; done
check "task 3, cancelled: stayed so" is "${job}_3" CANCELLED
for index in 0 1 2 3; do check "task $index: went on from its checkpoint" begun_once $index; done

"$program" report --out cluster
check "the report has four of four runs" grep -q "4 of 4 runs finished" cluster/report.md
for log in whole/runs/*/*.csv; do
  check "$(basename "$(dirname "$log")")/$(basename "$log"): the bytes of the uninterrupted run" same "$log"
  check "$(basename "$(dirname "$log")")/$(basename "${log%csv}h5"): the same weights" same "${log%csv}h5"
done
check "no checkpoint, lock or half-written file is left" test -z "$(find cluster -name '*.tmp' -o -name '*.checkpoint')"
[ "$failed" -eq 0 ] || tail -n 30 padam-table2-*.log
echo "$failed checks failed."
[ "$failed" -eq 0 ]
