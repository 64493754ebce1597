#!/usr/bin/env bash
# Packs the tool, installs it into a temporary folder as its user would, and runs the quick tour; then the tool for any system, whose libtorch PADAM_LIBTORCH names.
#   tests/slow/tool.sh      about five minutes on 2 cores, Linux on x64. Exit code 0 where both work, else 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet pack -c Release src/Padam.Reproduce -o "$work/packages" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
(cd "$work/packages" && du -h --apparent-size -- *)
cd "$work"

dotnet tool install Padam.Reproduce --tool-path one --add-source packages --prerelease
one/padam-reproduce --version
one/padam-reproduce

dotnet tool install Padam.Reproduce.any --tool-path any --add-source packages --prerelease
# As a PyTorch installation has it: torch/lib, and torch/version.py above.
mkdir -p pytorch/torch/lib
ln -s "$(dirname "$(find "$work/one" -name libtorch_cpu.so)")"/lib* pytorch/torch/lib/
rm pytorch/torch/lib/libLibTorchSharp.so
echo "__version__ = '2.10.0+cpu'" >pytorch/torch/version.py
export PADAM_LIBTORCH=$work/pytorch/torch/lib
any/padam-reproduce doctor | grep '^libtorch: 2.10.0.$'
any/padam-reproduce run --dataset synthetic --data runs/tour/data --backbone vgg-small --optimizer padam --epochs 1 --train-limit 500 --test-limit 200 --out any-runs
