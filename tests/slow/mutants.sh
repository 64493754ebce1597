#!/usr/bin/env bash
# Mutation testing of a room by its own tests (dotnet-stryker): each mutant is a change of one expression or statement that the tests which run through it should notice. Those that
# no test runs through count as survivors.
#   tests/slow/mutants.sh Optimizers|Schedules|Formats|Runs [FILE.cs...]      of all its files, or of those that are named. On one core: Schedules minutes, Runs more than an hour.
# Into artifacts/mutants/ROOM: the report as HTML and JSON. Exit code 0 where at least 80 % are killed.
set -euo pipefail
cd "$(dirname "$0")/../.."
room=${1:?a room}
shift
case $room in
  Optimizers | Schedules | Formats) project=Padam.MLNet ;;
  Runs) project=Padam.Reproduce ;;
  *) echo "no room $room: Optimizers, Schedules, Formats or Runs"; exit 2 ;;
esac
mutate=()
for file in "${@:-*.cs}"; do mutate+=(-m "**/$room/**/$file"); done
export MutatedRoom=$room # the tests' project file compiles this room's tests alone
export RunAnalyzers=false OMP_NUM_THREADS=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet tool restore >/dev/null
cd "tests/$project.Tests"
exec dotnet stryker -f ../stryker-config.json -p "$project.csproj" "${mutate[@]}" -O "../../artifacts/mutants/$room" --skip-version-check
