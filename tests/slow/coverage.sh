#!/usr/bin/env bash
# Branch coverage of each room by the tests of library, console and neighbours (coverlet.MTP, ReportGenerator). Programs that tests start count too: they load the
# same instrumented assemblies, and what ran is added up when they exit.
#   tests/slow/coverage.sh [FOLDER]      into artifacts/coverage: the report as HTML, and uncovered.txt, the branches that did not run.
# Prints the table of docs/testing.md. Exit code 0 where each room has 85 % of the branches that can run here, else 1. Tests that fail while counting are named, and
# change the exit code to 1 too.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(realpath -m "${1:-artifacts/coverage}")
rm -rf "$out"
mkdir -p "$out"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet tool restore >/dev/null
failed=0
# No hyphen: coverlet passes over filters with one. RoomsTests and others read the compiled library, in which the counters stand too; and a program whose files may not
# grow cannot write down what it counted.
uncounted='FullyQualifiedName!~RoomsTests&FullyQualifiedName!~Every_way_in_asks_before_anything_else&FullyQualifiedName!~A_file_that_cannot_grow'
for tests in Padam.MLNet.Tests Padam.Reproduce.Tests Padam.Neighbours.Tests; do
  dotnet build -c Release "tests/$tests" -p:RunAnalyzers=false >"$out/$tests.log" 2>&1 || { cat "$out/$tests.log"; exit 1; }
  "tests/$tests/bin/Release/net10.0/$tests" --filter "$uncounted" --results-directory "$out/$tests" --progress off \
    --coverlet --coverlet-single-hit --coverlet-output-format opencover --coverlet-include '[Padam.MLNet]*' --coverlet-include '[padam*reproduce]*' \
    >>"$out/$tests.log" 2>&1 || { failed=1; grep -E '^(failed|Test run summary)' "$out/$tests.log" || tail -n 30 "$out/$tests.log"; }
done
dotnet reportgenerator "-reports:$out/*/*opencover*.xml" "-targetdir:$out" "-reporttypes:Cobertura;Html" >"$out/report.log" 2>&1 || { cat "$out/report.log"; exit 1; }
dotnet run --file build/coverage-by-room.cs -- "$out/Cobertura.xml" docs/testing.md "$out/uncovered.txt" || failed=1
exit $failed
