using System.CommandLine;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Projects;

namespace Padam.Reproduce.Commands;

/// <summary><c>new folder | csv</c>: a project for a user's own pictures.</summary>
internal static class NewCommand
{
    private static readonly Argument<string> Kind = new Argument<string>("KIND")
    {
        Description = "Where the classes of your pictures stand: folder (one sub-folder for each), or csv (a list of paths and classes).",
    }.AcceptOnlyFromAmong([.. NewProject.Kinds]);
    private static readonly Argument<string> Name = new("NAME") { Description = "The folder to write; the project has its name." };
    private static readonly Option<string?> Packages = Options.OptionalText(
        "--packages",
        "The folder with the package of Padam.MLNet, for the project's nuget.config; else it is looked for in your own sources."
    );

    public static Command Create()
    {
        var command = new Command("new", "Write a project, ready to run, that trains a classifier on your own pictures.")
        {
            Kind,
            Name,
            Packages,
        };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(Name)!;
            if (string.IsNullOrWhiteSpace(folder))
                throw new UsageException("NAME is empty.");
            var project = new NewProject(parsed.GetValue(Kind)!, folder, parsed.GetValue(Packages));
            IReadOnlyList<string> files = project.Write();
            if (project.BuildSettingsAbove() is { } file)
                Console.Error.WriteLine(
                    $"Warning: '{file}' acts on the new project too. Where it does not build, move the project elsewhere."
                );
            Console.WriteLine(
                $"{folder}: {string.Join(", ", files)}. README.md says where your pictures go; `dotnet run -c Release` there."
            );
            return ExitCode.Success;
        });
        return command;
    }
}
