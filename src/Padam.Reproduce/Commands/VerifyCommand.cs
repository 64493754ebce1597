using System.CommandLine;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary><c>verify</c>: checks a model zip without loading it.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> Model = Options.Model();

    public static Command Create()
    {
        var command = new Command("verify", "Check a model zip, without loading it, before you trust it.") { Model };
        command.SetAction(parsed =>
        {
            ModelReport report = ModelFile.Verify(parsed.GetValue(Model)!);
            Console.WriteLine(
                $"{report.Path}: {report.Backbone}, {report.Classes} classes, images of {report.Height}x{report.Width}, "
                    + $"{report.Parameters} numbers, epoch {report.Epoch}, seed {report.Seed}. {report.Optimizer}"
            );
            return ExitCode.Success;
        });
        return command;
    }
}
