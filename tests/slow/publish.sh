#!/usr/bin/env bash
# Publishes the console as one file, with .NET inside, and both, and generates data, trains, evaluates, exports and verifies with each; then shows what the analyzers
# of trimming and native AOT tell a program that uses the library.
#   tests/slow/publish.sh      about six minutes on 2 cores, and 5 GB in the temporary folder. Exit code 0 where all work and both sentences are said, else 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }
git clone --quiet . "$work/clone" # its obj folders are its own

try() { # NAME [OPTION...]
  echo "== $1: ${*:2}"
  (cd "$work/clone" && quietly dotnet publish -c Release src/Padam.Reproduce -r linux-x64 -o "$work/$1" "${@:2}")
  local program=$work/$1/padam-reproduce model=$work/$1-runs/vgg-small/model_padam_synthetic.zip
  [ -d "$work/data" ] || quietly "$program" data generate --data "$work/data" --train 500 --test 200
  du -h --apparent-size "$program"
  "$program" run --dataset synthetic --data "$work/data" --backbone vgg-small --optimizer padam --epochs 1 --out "$work/$1-runs" | tail -n 1
  "$program" evaluate --model "$model" --dataset synthetic --data "$work/data" | tail -n 1
  quietly "$program" export --model "$model" --format onnx --out "$work/$1.onnx"
  "$program" verify --model "$model"
}
try one-file -p:PublishSingleFile=true --no-self-contained
try self-contained --self-contained
try one-file-self-contained -p:PublishSingleFile=true --self-contained

echo "== the analyzers"
mkdir "$work/program"
cat >"$work/program/Program.cs" <<'CS'
using Microsoft.ML;
using Padam.MLNet;

Console.WriteLine(new MLContext().Padam().ImageClassifier());
CS
cat >"$work/program/program.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <EnableTrimAnalyzer>true</EnableTrimAnalyzer>
    <EnableAotAnalyzer>true</EnableAotAnalyzer>
  </PropertyGroup>
  <ItemGroup>
    <Reference Include="$work/self-contained/Padam.MLNet.dll" />
    <Reference Include="$work/self-contained/Microsoft.ML*.dll" />
  </ItemGroup>
</Project>
XML
quietly dotnet build "$work/program"
for sentence in "IL2026.*Publish without PublishTrimmed" "IL3050.*Publish without PublishAot"; do
  grep -o "$sentence[^.]*\." "$work/log" | head -n 1 | grep . || { cat "$work/log"; exit 1; }
done
