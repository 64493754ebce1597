#!/usr/bin/env bash
# The script that `experiment table2 --scale quick --slurm --ranks 2` prints, on a real Slurm: a task of two ranks, told to stop in the middle, as Slurm does it before a limit, and gone on with.
#   tests/slurm/mpi-task.sh
# Exit code: 0, all checks hold; 1, one does not; 77, skipped (the last line says why): Slurm or Open MPI cannot be had. Three to four minutes on 2 cores, two of them Slurm's own delay.
set -euo pipefail
source "$(dirname "$0")/one-node.sh"
cd "$(dirname "$0")/../.."
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (openmpi-bin)"; exit 77; }
dotnet build -c Release src/Padam.Reproduce >/dev/null
program=$PWD/src/Padam.Reproduce/bin/Release/net10.0/padam-reproduce
# What root, and as few cores as there are, need; the script's own options win.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none TERM=dumb

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
is() { [ "$(squeue --noheader --states=all --jobs="$1" --format=%T 2>/dev/null)" = "$2" ]; } # TASK STATE
queued_again() { is "$1" PENDING && scontrol show job "$1" | grep -q " Restarts=1 "; }
trains() { grep -qs "epoch 1/" "padam-table2-$1.log"; }
same() { cmp "$1" "cluster/${1#whole/}"; }

echo "The same two ranks without Slurm and without interruption, to compare with."
mpirun -n 2 --bind-to none "$program" experiment table2 --scale quick --threads 1 --out "$folder/whole" --index 0 --distributed >whole.log 2>&1 || { cat whole.log; exit 1; }
"$program" experiment table2 --scale quick --threads 1 --out "$folder/cluster" --slurm --ranks 2 >job.sbatch

start_slurm "$folder/slurm" 2
sinfo --version
job=$(sbatch --parsable --array=0 job.sbatch)
wait_until trains "${job}_0"
scancel --signal=TERM --batch "${job}_0"
check "two ranks, told to stop: saved, put themselves into the queue again" wait_until queued_again "${job}_0"
# Slurm leaves a requeued task in the queue for two minutes.
check "finished" wait_until is "${job}_0" COMPLETED
check "went on from its checkpoint" test "$(grep -c "epoch 1/" "padam-table2-${job}_0.log")" -eq 1
for log in whole/runs/*/*.csv; do
  check "$(basename "$log"): the bytes of the uninterrupted run" same "$log"
  check "$(basename "${log%csv}h5"): the same weights" same "${log%csv}h5"
done
check "no checkpoint, lock or half-written file is left" test -z "$(find cluster -name '*.tmp' -o -name '*.checkpoint')"
[ "$failed" -eq 0 ] || tail -n 30 padam-table2-*.log
echo "$failed checks failed."
[ "$failed" -eq 0 ]
