#!/usr/bin/env bash
# Coverage-guided fuzzing of the readers of files (SharpFuzz, AFL++): a million executions a reader, or as many as are asked for.
#   tests/Padam.Fuzz/fuzz.sh [READER...] [--executions N] [--out FOLDER] [--no-build CONFIGURATION]     without a reader: all, one after another. Started again with the same --out, a
# reader goes on.
# Prints a row a reader from AFL's fuzzer_stats: executions, inputs kept, crashes and hangs. What was found lies in FOLDER/READER/default/crashes and hangs;
#   Padam.Fuzz read READER FILE says what it is. Exit code 0 where nothing was found, 1 where something was, 2 for a wrong argument, 77 where AFL++ is not installed.
set -euo pipefail
command -v afl-fuzz >/dev/null || { echo "AFL++ is not installed: apt-get install afl++"; exit 77; }
cd "$(dirname "$0")/../.."
executions=1000000 out= build=true configuration=Release readers=()
while [ $# -gt 0 ]; do
  case $1 in
    --executions) executions=${2:?a number}; shift 2 ;;
    --out) out=$(realpath -m "${2:?a folder}"); shift 2 ;;
    --no-build) build=false configuration=${2:?Release or Debug}; shift 2 ;;
    -*) echo "no option $1"; exit 2 ;;
    *) readers+=("$1"); shift ;;
  esac
done
kept=$out out=${out:-$(mktemp -d)} program=$out/program found=0
mkdir -p "$out"
# Readers take paths: in memory where there is such a folder. AFL++ kills them, so that what they leave there is cleared away here.
scratch=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch" "$program"; [ -n "$kept" ] || [ $found -ne 0 ] || rm -rf "$out"' EXIT
export TMPDIR=$scratch

# The program apart (links, as libtorch is large), with branches counted in what reads: ours, and the libraries of CSV and protobuf.
rm -rf "$program"
dotnet tool restore >/dev/null
! $build || dotnet build -c Release tests/Padam.Fuzz >"$out/build.log" 2>&1 || { cat "$out/build.log"; exit 1; }
built=tests/Padam.Fuzz/bin/$configuration/net10.0
cp -rl "$built" "$program" 2>/dev/null || cp -r "$built" "$program" # no links from one disk to another
for assembly in Padam.MLNet padam-reproduce CsvHelper OnnxSharp Google.Protobuf; do
  cp --remove-destination "$built/$assembly.dll" "$program"
  dotnet sharpfuzz "$program/$assembly.dll" >"$out/instrument.log" 2>&1 || { cat "$out/instrument.log"; exit 1; }
done
[ ${#readers[@]} -gt 0 ] || mapfile -t readers < <(dotnet "$built/Padam.Fuzz.dll" list)

export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_AUTORESUME=1 OMP_NUM_THREADS=1
echo "| reader | executions | inputs kept | crashes | hangs | executions a second |"
echo "| --- | --- | --- | --- | --- | --- |"
for reader in "${readers[@]}"; do
  seeds=$out/$reader/seeds
  [ -d "$seeds" ] || dotnet "$built/Padam.Fuzz.dll" seeds "$reader" "$seeds"
  dictionary=tests/Padam.Fuzz/dictionaries/$reader.dict
  # A reader is given five seconds: what takes longer hangs.
  afl-fuzz -i "$seeds" -o "$out/$reader" -E "$executions" -t 5000 -m none $([ ! -f "$dictionary" ] || echo "-x $dictionary") \
    dotnet "$program/Padam.Fuzz.dll" fuzz "$reader" >"$out/$reader/afl.log" 2>&1 || { tail -n 30 "$out/$reader/afl.log"; exit 1; }
  stat() { sed -n "s/^$1 *: //p" "$out/$reader/default/fuzzer_stats"; }
  echo "| $reader | $(stat execs_done) | $(stat corpus_count) | $(stat saved_crashes) | $(stat saved_hangs) | $(stat execs_per_sec) |"
  [ "$(stat saved_crashes)" = 0 ] && [ "$(stat saved_hangs)" = 0 ] || found=1
done
[ $found -eq 0 ] || echo "What was found lies in $out/READER/default/crashes and hangs."
exit $found
