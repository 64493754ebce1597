using System.CommandLine;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary><c>completion</c>: a shell's script that asks this program, by its directive [suggest], how a line can go on.</summary>
internal static class CompletionCommand
{
    public static readonly IReadOnlyList<string> Shells = ["bash", "zsh", "fish", "pwsh"];

    private static readonly Argument<string> Shell = new Argument<string>("SHELL")
    {
        Description = "bash, zsh, fish or pwsh; the first line of each script says where it goes.",
    }.AcceptOnlyFromAmong([.. Shells]);

    public static Command Create()
    {
        var command = new Command("completion", "Print a script that completes commands, options and values in a shell.") { Shell };
        command.SetAction(parsed =>
        {
            using var reader = new StreamReader(
                typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{parsed.GetValue(Shell)}")!
            );
            Console.Write(reader.ReadToEnd());
            return ExitCode.Success;
        });
        return command;
    }
}
