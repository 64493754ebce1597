using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>
/// Where the finished runs of an output folder lie, by what they are: a run that an earlier version finished has a folder of another name,
/// and keeps it.
/// </summary>
internal sealed class RunIndex(string output)
{
    private readonly Lazy<Dictionary<string, string>> _folders = new(() => Folders(output));

    /// <summary>The run with the folder that it has, or will have.</summary>
    public PlannedRun Locate(PlannedRun run) =>
        Directory.Exists(PlannedRun.FolderIn(output, run.Id)) ? run with { EarlierId = null }
        : Directory.Exists(PlannedRun.FolderIn(output, run.Folder)) ? run
        : _folders.Value.TryGetValue(run.Id, out string? folder) ? run with { EarlierId = folder }
        : run with { EarlierId = null };

    public ExperimentPlan Locate(ExperimentPlan plan) => plan with { Runs = [.. plan.Runs.Select(Locate)] };

    private static Dictionary<string, string> Folders(string output)
    {
        var folders = new Dictionary<string, string>();
        string runs = PlannedRun.FolderIn(output, "");
        if (!Directory.Exists(runs))
            return folders;
        foreach (string folder in Directory.EnumerateDirectories(runs).Order(StringComparer.Ordinal))
        foreach (string file in Directory.EnumerateFiles(folder, "model_*.json"))
            if (IdOf(file) is { } id)
                folders.TryAdd(id, Path.GetFileName(folder));
        return folders;
    }

    /// <summary>The id of a run by its summary; null where it cannot be read, which is said where the run itself is wanted.</summary>
    private static string? IdOf(string summary)
    {
        try
        {
            var read = RunSummary.Read(summary);
            return read.Resolved is null ? read.Settings.Id() : read.Id;
        }
        catch (Exception fault) when (fault is CommandException or ArgumentException or IOException)
        {
            return null;
        }
    }
}
