#!/usr/bin/env bash
# Packs library and tool from two clones of this commit in folders of different names and compares the packages byte for byte; then packs the library with a
# repository's address, for SourceLink, and from a source tree without .git.
#   tests/slow/pack-twice.sh      about ten minutes on 2 cores, and 6 GB in the temporary folder. Exit code 0 where all is as it should be, else 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
commit=$(git rev-parse HEAD) work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
pack() { dotnet pack -c Release "src/$1" -o "$2" "${@:3}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; } # PROJECT OUTPUT [OPTION...]
sums() { (cd "$1" && sha256sum -- *); }
pdb() { unzip -p "$1"/Padam.MLNet.*.snupkg lib/net10.0/Padam.MLNet.pdb >"$work/pdb"; } # a file: in a pipe a grep that has its answer would break unzip

for clone in first second/one-deeper; do
  git clone --quiet . "$work/$clone" && git -C "$work/$clone" checkout --quiet "$commit" # whatever was committed meanwhile
  (cd "$work/$clone" && pack Padam.MLNet "$work/$clone-packages" && pack Padam.Reproduce "$work/$clone-packages")
done
echo "Packed from $commit:"
sums "$work/first-packages"
diff <(sums "$work/first-packages") <(sums "$work/second/one-deeper-packages") || { echo "Two packs, NOT the same bytes."; exit 1; }
echo "Two packs, the same bytes."
pdb "$work/first-packages"
! grep -aq 'https://' "$work/pdb" || { echo "The symbols name an address although none was given."; exit 1; }

git -C "$work/first" remote set-url origin https://github.com/someone/padam.git # SourceLink reads it there
(cd "$work/first" && pack Padam.MLNet "$work/linked" -p:RepositoryUrl=https://github.com/someone/padam)
address=https://raw.githubusercontent.com/someone/padam/$commit/
pdb "$work/linked"
grep -aqF "$address" "$work/pdb" || { echo "The symbols do not name $address."; exit 1; }
echo "With a RepositoryUrl SourceLink leads to $address"

mkdir "$work/archive"
git archive HEAD | tar -x -C "$work/archive"
(cd "$work/archive" && pack Padam.MLNet "$work/archive-packages")
ls "$work/archive-packages/Padam.MLNet.1.0.0-preview.0.nupkg" >/dev/null
echo "Without .git: $(ls "$work/archive-packages" | tr '\n' ' ')"
