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
            string network = $"{report.Path}: {report.Backbone}, images of {report.Height}x{report.Width}, {report.Parameters} numbers";
            Console.WriteLine(
                report.Features is { } features
                    ? $"{network}, a featurizer: vectors of {features} numbers."
                    : $"{network}, {report.Classes} classes, epoch {report.Epoch}, seed {report.Seed}. {report.Optimizer}"
            );
            return ExitCode.Success;
        });
        return command;
    }
}
