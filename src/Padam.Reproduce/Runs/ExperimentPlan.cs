using System.Text.Json.Serialization;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>
/// An experiment at one scale, by one recipe, with its seeds: the list of its runs. Kept beside the runs, so that <c>report</c> knows what
/// they were for.
/// </summary>
internal sealed record ExperimentPlan
{
    /// <summary>What plans are written as now; those of version 1 have ids that were made otherwise.</summary>
    public const int CurrentVersion = 2;

    public static readonly IReadOnlyList<string> FigureNames = ["train-loss", "train-error", "test-error", "top5-error", "learning-rate"];

    public int Version { get; init; } = 1;

    public required string Name { get; init; }

    /// <summary>The file of the user's own that it was planned from; null for one that the program brings.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OwnFile { get; init; }

    /// <summary>What <c>experiment</c> is to be told to plan it again.</summary>
    [JsonIgnore]
    public string Asked => OwnFile ?? Name;

    public required string Title { get; init; }

    public required string Scale { get; init; }

    public required string Recipe { get; init; }

    /// <summary>The protocol's epochs that the table shows, and which epoch of these runs each is.</summary>
    public required IReadOnlyList<ShownEpoch> Shown { get; init; }

    /// <summary>The curves to draw, of <see cref="FigureNames"/>.</summary>
    public required IReadOnlyList<string> Figures { get; init; }

    public required IReadOnlyList<PlannedRun> Runs { get; init; }

    /// <summary>The files of the plans that are kept in an output folder.</summary>
    public static IReadOnlyList<string> FilesIn(string output)
    {
        string folder = FolderIn(output);
        return Directory.Exists(folder) ? [.. Directory.GetFileSystemEntries(folder, "*.json").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Where this plan is kept in an output folder.</summary>
    public string FileIn(string output) => Path.Combine(FolderIn(output), $"{Name}-{Scale}-{Recipe}.json");

    public void Write(string path) => JsonFile.Write(path, this);

    /// <exception cref="CommandException">The file is not a plan.</exception>
    public static ExperimentPlan Read(string path)
    {
        const string what = "the plan of an experiment",
            remedy = "Remove it and run the experiment again: finished runs are kept.";
        var plan = JsonFile.Read<ExperimentPlan>(path, what, remedy);
        if (plan.Fault() is { } fault)
            throw new CommandException($"'{path}' is not {what}: {fault.TrimEnd('.')}. {remedy}");
        return plan.Version == CurrentVersion
            ? plan
            : plan with
            {
                Version = CurrentVersion,
                Runs = [.. plan.Runs.Select(run => run with { Id = run.Settings.Id(), EarlierId = run.Id })],
            };
    }

    private static string FolderIn(string output) => Path.Combine(output, "experiments");

    /// <summary>What makes it no plan although it is one by its form; null for nothing.</summary>
    private string? Fault() =>
        Version is not (1 or CurrentVersion) ? $"its version is {Version}, and this program reads 1 and {CurrentVersion}"
        : Name.Length == 0 || Path.GetFileName(Name) != Name ? $"its name is '{Name}'"
        : !Reproduce.Runs.Scale.All.Any(scale => scale.Name == Scale) ? $"there is no scale '{Scale}'"
        : !Reproduce.Runs.Recipe.Names.Contains(Recipe) ? $"there is no recipe '{Recipe}'"
        : Shown.Any(epoch => epoch is not { Protocol: > 0, Scaled: > 0 }) ? "an epoch that it shows is none"
        : Figures.Except(FigureNames).Any() ? $"there is no figure '{Figures.Except(FigureNames).First()}'"
        : Runs.Any(run => run is null) ? "one of its runs is null"
        : Runs.Select(run => run.Fault()).FirstOrDefault(fault => fault is not null);
}

/// <summary>An epoch of the protocol, and the epoch of a scaled run that stands for it; both from 1.</summary>
internal sealed record ShownEpoch(int Protocol, int Scaled);
