using System.CommandLine;
using System.CommandLine.Invocation;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>--version</c>: of the program, with its commit, and of libtorch, which is not loaded for it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <summary>Of the program alone.</summary>
    public static string OfProgram => $"padam-reproduce {ProgramVersion.This.Number}, commit {ProgramVersion.This.Commit}";

    public override int Invoke(ParseResult parseResult)
    {
        Console.WriteLine($"{OfProgram}, libtorch {MachineReport.LibtorchVersion}");
        return ExitCode.Success;
    }
}
