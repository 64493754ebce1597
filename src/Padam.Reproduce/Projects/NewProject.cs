using System.Reflection;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Projects;

/// <summary>A project for a user's own pictures: program, project file and README, ready to run.</summary>
/// <param name="Kind">Where the classes stand: one of <see cref="Kinds"/>.</param>
/// <param name="Folder">The folder to write, which is new or empty; the project has its name.</param>
/// <param name="Packages">The folder that holds the package of Padam.MLNet; null where it is among the user's sources.</param>
internal sealed partial record NewProject(string Kind, string Folder, string? Packages)
{
    /// <summary>In sub-folders, or in a list.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["folder", "csv"];

    /// <summary>The version of Padam.MLNet that it asks for: the one that this program has.</summary>
    public static string LibraryVersion { get; } =
        ProgramVersion
            .Of(typeof(PadamCatalog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion)
            .Number;

    private static string Libtorch { get; } =
        typeof(PadamCatalog)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(entry => entry.Key == "LibtorchVersion")
            .Value!;

    private string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));

    /// <summary>Writes it: all files or none.</summary>
    /// <returns>The files' names.</returns>
    /// <exception cref="UsageException">The name is none for a project.</exception>
    /// <exception cref="CommandException">The folder holds something, or there is no package where it should be.</exception>
    public IReadOnlyList<string> Write()
    {
        RequireName();
        RequireRoom();
        RequirePackage();
        Dictionary<string, string> files = Files();
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)),
            unfinished = $"{whole}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(unfinished);
            foreach ((string name, string text) in files)
                File.WriteAllText(Path.Combine(unfinished, name), text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            if (Directory.Exists(whole))
                Directory.Delete(whole);
            Directory.Move(unfinished, whole);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }

        return [.. files.Keys];
    }

    /// <summary>A file above the folder that changes how everything below it is built; null where there is none.</summary>
    public string? BuildSettingsAbove()
    {
        string[] names = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];
        for (string? above = Path.GetDirectoryName(Path.GetFullPath(Folder)); above is not null; above = Path.GetDirectoryName(above))
        {
            if (names.Select(name => Path.Combine(above, name)).FirstOrDefault(File.Exists) is { } file)
                return file;
        }

        return null;
    }

    private void RequireName()
    {
        if (!ProjectName().IsMatch(Name))
            throw new UsageException(
                $"NAME '{Name}' is none for a project: use letters, digits, '.', '-' and '_', the first one a letter."
            );
    }

    private void RequireRoom()
    {
        if (File.Exists(Folder) || (Directory.Exists(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any()))
            throw new CommandException($"'{Folder}' is there already and is not empty. Choose another NAME, or move it away.");
    }

    private void RequirePackage()
    {
        string file = $"Padam.MLNet.{LibraryVersion}.nupkg";
        if (Packages is not null && !File.Exists(Path.Combine(Packages, file)))
            throw new CommandException(
                $"--packages '{Packages}' does not hold {file}. Give the folder that `dotnet pack -c Release src/Padam.MLNet -o FOLDER` "
                    + "wrote."
            );
    }

    private Dictionary<string, string> Files()
    {
        var files = new Dictionary<string, string>
        {
            ["Program.cs"] = Template($"{Kind}/Program.txt"),
            [$"{Name}.csproj"] = Template("project.xml"),
            ["README.md"] = Template($"{Kind}/README.md"),
        };
        if (Packages is not null)
            files.Add("nuget.config", Template("nuget.xml"));
        return files;
    }

    private string Template(string name)
    {
        using var reader = new StreamReader(typeof(NewProject).Assembly.GetManifestResourceStream($"Projects/{name}")!);
        return Slot().Replace(reader.ReadToEnd(), slot => Slots[slot.Groups[1].Value]());
    }

    // A slot that nothing fills is a fault of a template, which the tests fill, all of them.
    private Dictionary<string, Func<string>> Slots =>
        new()
        {
            ["name"] = () => Name,
            ["version"] = () => LibraryVersion,
            ["libtorch"] = () => Libtorch,
            ["torchsharp"] = () => typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(fieldCount: 3),
            ["packages"] = () => SecurityElement.Escape(Path.GetFullPath(Packages!)),
            ["advice"] = () => Template("advice.md").TrimEnd(),
            ["arguments"] = () => Template("arguments.cs").TrimEnd(),
            ["options"] = () => Template("options.cs").TrimEnd(),
            ["predict"] = () => Template("predict.cs").TrimEnd(),
        };

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Slot();

    [GeneratedRegex(@"^[A-Za-z][\w.-]*$")]
    private static partial Regex ProjectName();
}
