using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Padam.Benchmarks.Pieces;

/// <summary>BenchmarkDotNet on the pieces of a step.</summary>
internal static class PiecesCommand
{
    internal static Command Create()
    {
        Argument<string[]> arguments = new("arguments")
        {
            Description = "BenchmarkDotNet's own: --filter '*Optimizer*', --list flat, ... The default is --filter '*'.",
        };
        Command command = new("pieces", "BenchmarkDotNet on the optimizer step, batch assembly, the scoring cursor and loading.")
        {
            arguments,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            string[] given = [.. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens];
            BenchmarkSwitcher.FromAssembly(typeof(PiecesCommand).Assembly).Run(given.Length > 0 ? given : ["--filter", "*"], Config());
        });
        return command;
    }

    // In this process: a generated project would not get the libtorch that this one was built with.
    private static ManualConfig Config() =>
        DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).AddDiagnoser(MemoryDiagnoser.Default);
}
