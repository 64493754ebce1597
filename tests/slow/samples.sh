#!/usr/bin/env bash
# Builds and runs all samples from packages with an empty package cache, the web service under eight clients for a minute; then the notebook as on a system where TorchSharp's library
# does not load as it comes: without a libtorch of its own, PADAM_LIBTORCH naming the native libraries of a sample. Linux; some minutes, 1.5 GB on the disk and from the package sources.
#   tests/slow/samples.sh
set -uo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
SAMPLES_FOLDER=$folder SAMPLES_CACHE=empty tests/samples.sh all
code=$?

echo "== notebook, without a libtorch, PADAM_LIBTORCH set"
export NUGET_PACKAGES=$folder/cache
export PadamVersion=$(basename "$folder"/packages/Padam.MLNet.*.nupkg .nupkg | sed 's/^Padam.MLNet.//')
natives=$folder/samples/first-pipeline/bin/Release/net10.0/runtimes/linux-x64/native
cp -r "$folder/samples/notebook" "$folder/samples/notebook-bare" && rm -rf "$folder"/samples/notebook-bare/{bin,obj} && cd "$folder/samples/notebook-bare" || exit 1
{ dotnet build -c Release -p:Libtorch=none -p:PadamKeepNativeLibrary=true >"$folder/bare.log" 2>&1 || { cat "$folder/bare.log"; exit 1; }; } \
  && PADAM_LIBTORCH=$natives timeout 900 dotnet bin/Release/net10.0/notebook.dll
bare=$?
echo "the notebook with PADAM_LIBTORCH: $([ $bare -eq 0 ] && echo passed || echo "failed, $bare")"
[ "$code" -eq 0 ] && [ "$bare" -eq 0 ]
