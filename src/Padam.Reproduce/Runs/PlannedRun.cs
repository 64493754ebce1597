using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Runs;

/// <summary>A run of a plan: which curve it belongs to, and all its settings.</summary>
/// <param name="Id">The settings' own name; two experiments that share a run share its folder.</param>
/// <param name="DataSet">The data set.</param>
/// <param name="Network">The network as the experiment names it; the settings may have a smaller one in its stead.</param>
/// <param name="Series">The line of the figure.</param>
/// <param name="Settings">What is trained.</param>
internal sealed partial record PlannedRun(string Id, string DataSet, string Network, string Series, RunSettings Settings)
{
    /// <summary>The name of its folder, where an earlier version gave it another than <see cref="Id"/>.</summary>
    public string? EarlierId { get; init; }

    /// <summary>The folder below <c>runs</c> that it lies in.</summary>
    [JsonIgnore]
    public string Folder => EarlierId ?? Id;

    public RunFiles Files(string output) => new(FolderIn(output, Folder), Settings.Optimizer.Name, Settings.DataSet);

    public static string FolderIn(string output, string id) => Path.Combine(output, "runs", id);

    /// <summary>What makes it no run although it is one by its form; null for nothing.</summary>
    internal string? Fault()
    {
        if (!FolderName().IsMatch(Id) || !FolderName().IsMatch(Folder))
            return $"'{Folder}' is no name of a run";
        if (!ImageSource.Names.Contains(DataSet) || DataSet != Settings.DataSet)
            return $"there is no data set '{DataSet}'";
        try
        {
            Backbone.Parse(Network);
            TrainingOptions.Of(Settings);
            return null;
        }
        catch (ArgumentException fault)
        {
            return fault.Message;
        }
    }

    [GeneratedRegex("^[0-9A-Za-z]+$")]
    private static partial Regex FolderName();
}
