using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>The .json of a finished run: its settings, what came out, and what may differ from machine to machine.</summary>
internal sealed record RunSummary
{
    public required string Id { get; init; }

    public required RunSettings Settings { get; init; }

    /// <summary>The settings as they were resolved, which the id is made of; null in a summary of an earlier version.</summary>
    public IReadOnlyDictionary<string, string>? Resolved { get; init; }

    /// <summary>The settings as resolved, those of an earlier version too.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> ResolvedSettings => Resolved ?? RunIdentity.Of(Settings).ToDictionary();

    public required int Epochs { get; init; }

    /// <summary>After the last epoch, a fraction; null where the training diverged.</summary>
    public double? TestAccuracy { get; init; }

    /// <inheritdoc cref="TestAccuracy"/>
    public double? TestTop5 { get; init; }

    /// <summary>The mean over the classes of each one's accuracy; null where the training diverged, or was of an earlier version.</summary>
    public double? TestMacroAccuracy { get; init; }

    /// <summary>Null for weights that were not trained here.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Null where the training diverged in its first epoch.</summary>
    public double? BestTestAccuracy { get; init; }

    /// <summary>Whether the last checkpoint was kept, for more epochs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CheckpointKept { get; init; }

    /// <summary>Where and how the training diverged, or null: it ran to its end.</summary>
    public Divergence? Diverged { get; init; }

    /// <summary>Of all parts, where it was interrupted.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images a second in the last epoch; null where a resumed run had none left.</summary>
    public double? ImagesPerSecond { get; init; }

    public required string Device { get; init; }

    /// <summary>
    /// The CPU threads that it computed with, more than one number where its parts had different ones; null in a summary of an earlier
    /// version.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Threads { get; init; }

    /// <summary>Whether it had the machine to itself, in all its parts: only then are its times those of the program.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Alone { get; init; }

    /// <summary>The processes that trained together; null for one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Ranks { get; init; }

    public required string Version { get; init; }

    public required string Machine { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>What it was trained and tested on; null in a summary of an earlier version.</summary>
    public DataIdentity? Data { get; init; }

    /// <summary>Which file the log is; null in a summary of an earlier version.</summary>
    public FileIdentity? Log { get; init; }

    /// <summary>What the log does not say of the epochs.</summary>
    public IReadOnlyList<EpochRecord>? ByEpoch { get; init; }

    /// <summary>
    /// How the model of the last epoch answered the test images; null where the training diverged, or was of an earlier version.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Confusion? Confusion { get; init; }

    /// <summary>The version of this program, with its commit.</summary>
    public static string ThisVersion { get; } =
        typeof(RunSummary).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string ThisMachine { get; } =
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, "
        + $".NET {Environment.Version}";

    /// <exception cref="CommandException">The file is not a summary.</exception>
    public static RunSummary Read(string path)
    {
        const string what = "the summary of a run",
            remedy = "Remove it to train the run again.";
        RunSummary summary = JsonFile.Read<RunSummary>(path, what, remedy);
        return summary.Fault is { } fault ? throw new CommandException($"'{path}' is not {what}: {fault}. {remedy}") : summary;
    }

    public void Write(string path) => JsonFile.Write(path, this);

    /// <summary>What makes it no summary although it is one by its form; null for nothing.</summary>
    private string? Fault =>
        Epochs < 0 ? $"its epochs are {Epochs}"
        : Diverged is null && TestAccuracy is null ? "it has neither a test accuracy nor a divergence"
        : TestAccuracy is not (null or (>= 0 and <= 1)) ? $"its test accuracy is {TestAccuracy}"
        : !(Seconds >= 0) || double.IsInfinity(Seconds) ? $"its seconds are {Seconds}"
        : Confusion is { IsSquare: false } ? "its confusion counts are not a square of its classes"
        : null;
}

/// <summary>A training that did not reach its end because loss or weights became infinite or no number.</summary>
/// <param name="Epoch">The epoch, from 1; the log has those before it.</param>
/// <param name="Message">What happened.</param>
internal sealed record Divergence(int Epoch, string Message);
