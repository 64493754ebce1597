using System.Text.Json;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>A run of a plan: which curve it belongs to, and all its settings.</summary>
/// <param name="Id">The settings' own name; two experiments that share a run share its folder.</param>
/// <param name="DataSet">The data set.</param>
/// <param name="Network">The network as the experiment names it; the settings may have a smaller one in its stead.</param>
/// <param name="Series">The line of the figure.</param>
/// <param name="Settings">What is trained.</param>
internal sealed record PlannedRun(string Id, string DataSet, string Network, string Series, RunSettings Settings)
{
    public RunFiles Files(string output) => new(Path.Combine(output, "runs", Id), Settings.Optimizer.Name, Settings.DataSet);

    /// <summary>What came of it, or null while it is unfinished. A training that diverged is finished too; it has no model.</summary>
    public RunSummary? Result(string output)
    {
        RunFiles files = Files(output);
        return
            File.Exists(files.Summary)
            && RunSummary.Read(files.Summary) is var summary
            && (summary.Diverged is not null || files.IsFinished)
            ? summary
            : null;
    }
}

/// <summary>
/// An experiment at one scale, by one recipe, with its seeds: the list of its runs. Kept beside the runs, so that <c>report</c> knows what
/// they were for.
/// </summary>
internal sealed record ExperimentPlan
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Scale { get; init; }

    public required string Recipe { get; init; }

    /// <summary>The protocol's epochs that the table shows, and which epoch of these runs each is.</summary>
    public required IReadOnlyList<ShownEpoch> Shown { get; init; }

    public required IReadOnlyList<string> Figures { get; init; }

    public required IReadOnlyList<PlannedRun> Runs { get; init; }

    /// <summary>The plans kept in an output folder.</summary>
    public static IReadOnlyList<ExperimentPlan> In(string output)
    {
        string folder = FolderIn(output);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)] : [];
    }

    /// <summary>Where this plan is kept in an output folder.</summary>
    public string FileIn(string output) => Path.Combine(FolderIn(output), $"{Name}-{Scale}-{Recipe}.json");

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    private static string FolderIn(string output) => Path.Combine(output, "experiments");

    /// <exception cref="CommandException">The file is not a plan.</exception>
    public static ExperimentPlan Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ExperimentPlan>(File.ReadAllBytes(path)) ?? throw new JsonException("It is null.");
        }
        catch (JsonException fault)
        {
            throw new CommandException(
                $"'{path}' is not the plan of an experiment: {fault.Message} Remove it and run the experiment again: finished runs are "
                    + "kept.",
                fault
            );
        }
    }
}

/// <summary>An epoch of the protocol, and the epoch of a scaled run that stands for it; both from 1.</summary>
internal sealed record ShownEpoch(int Protocol, int Scaled);
