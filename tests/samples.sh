#!/usr/bin/env bash
# Builds all samples as a stranger would, from a packed package in a folder outside the repository, and runs some of them.
#   tests/samples.sh SAMPLE...        the names of folders in samples/, or "all"
# What is on the machine already is taken from its package cache, and nothing is left in that. With SAMPLES_CACHE=empty everything comes from the package sources.
# Ends with "N samples passed, N failed"; non-zero when one failed. SAMPLES_FOLDER names the folder, which is kept then; LOAD_SECONDS (60) is for the web service.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=${SAMPLES_FOLDER:-$(mktemp -d)} service=
mkdir -p "$folder/run"
clean() {
  [ -z "$service" ] || kill "$service" 2>/dev/null
  [ -n "${SAMPLES_FOLDER:-}" ] || rm -rf "$folder"
}
trap clean EXIT

# A version of its own: NuGet keeps the first package of a version that it saw.
export PadamVersion=1.0.1-samples.$(date +%s)
echo "== Padam.MLNet $PadamVersion"
dotnet build -c Release src/Padam.MLNet >"$folder/pack.log" 2>&1 \
  && dotnet pack -c Release --no-build src/Padam.MLNet -o "$folder/packages" \
    -p:Version="$PadamVersion" -p:PackageVersion="$PadamVersion" -p:MinVerVersionOverride="$PadamVersion" >>"$folder/pack.log" 2>&1 \
  || { cat "$folder/pack.log"; exit 1; }

ordinary=${NUGET_PACKAGES:-$HOME/.nuget/packages}
[ "${SAMPLES_CACHE:-}" = empty ] || export NUGET_FALLBACK_PACKAGES=$ordinary
export NUGET_PACKAGES=$folder/cache
git ls-files -z --cached --others --exclude-standard samples | xargs -0 cp --parents -t "$folder"
cd "$folder/samples" || exit 1
natives() { find "$NUGET_PACKAGES" "$ordinary/torchsharp" "$ordinary/libtorch-cpu-linux-x64" -name '*.so' -print0 2>/dev/null | sort -z | xargs -0r sha256sum; }

echo "== dotnet build -c Release Samples.slnx"
dotnet restore Samples.slnx >"$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }
natives >"$folder/natives"
dotnet build -c Release --no-restore Samples.slnx >>"$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }
grep -E "Warning\(s\)|Elapsed" "$folder/build.log"
# The programs are hard links to what is in the cache, but for TorchSharp's library, which the build changes: in a copy.
dotnet build -c Release --no-restore -t:Rebuild first-pipeline >>"$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }
sha256sum --quiet -c "$folder/natives" || { echo "The package cache was written to."; exit 1; }
echo "$(du -sm "$folder/samples" | cut -f1) MB for all programs; a libtorch is a hard link to the cache's: $(
  [ "$(stat -c %h first-pipeline/bin/Release/net10.0/runtimes/linux-x64/native/libtorch_cpu.so)" -gt 1 ] && echo yes || echo no
)"

passed=0 failed=0
program() { echo "$folder/samples/$1/bin/Release/net10.0/$1.dll"; }
told() { # what, exit code
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1 ended with $2"; fi
}
run() { # sample
  echo "== $1"
  mkdir -p "$folder/run/$1" && cd "$folder/run/$1" || exit 1
  local start=$SECONDS
  timeout 900 dotnet "$(program "$1")"
  told "$1" $?
  echo "($((SECONDS - start)) s)"
}
under_load() {
  echo "== web-service, and web-service-load for ${LOAD_SECONDS:-60} s"
  mkdir -p "$folder/run/web-service" && cd "$folder/run/web-service" || exit 1
  local address=http://127.0.0.1:${PORT:-5089}
  dotnet "$(program web-service)" --urls "$address" --Logging:LogLevel:Default=Warning &
  service=$!
  for _ in $(seq 300); do curl -sf "$address/health" >/dev/null && break; sleep 1; done
  dotnet "$(program web-service-load)" "$address" model.zip "${LOAD_SECONDS:-60}" 8 "$service"
  told web-service-load $?
  # It was told to stop by the other.
  for _ in $(seq 60); do kill -0 "$service" 2>/dev/null || break; sleep 1; done
  kill "$service" 2>/dev/null && echo "The service did not stop."
  wait "$service"
  told web-service $?
  service=
}

samples=("$@")
[ "${1:-}" != all ] || samples=(first-pipeline photographs memory-and-database web-service hand-written-loop own-network onnx notebook)
for sample in "${samples[@]}"; do
  if [ "$sample" = web-service ]; then under_load; else run "$sample"; fi
done
echo "$passed samples passed, $failed failed"
[ "$failed" -eq 0 ]
