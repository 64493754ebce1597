using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>What the log leaves out of an epoch, since it depends on the machine or has no column there.</summary>
internal sealed record EpochRecord
{
    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>The mean over the classes of each one's accuracy on the training images.</summary>
    public double? MacroAccuracy { get; init; }

    /// <summary>The same on the test images.</summary>
    public double? TestMacroAccuracy { get; init; }

    /// <summary>Training images a second, the test pass not counted; null in a run of an earlier version.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>
    /// From the end of the epoch before it, or from where the run began or went on; null in a run of an earlier version.
    /// </summary>
    public double? Seconds { get; init; }

    public static EpochRecord Of(EpochMetrics metrics, double seconds) =>
        new()
        {
            Epoch = metrics.Epoch,
            Finished = DateTimeOffset.UtcNow,
            MacroAccuracy = metrics.MacroAccuracy,
            TestMacroAccuracy = metrics.ValidationMacroAccuracy,
            ImagesPerSecond = metrics.ImagesPerSecond,
            Seconds = seconds,
        };
}

/// <summary>
/// What an unfinished run must remember beside its checkpoint: of which settings it is, how long it has been at work, and its epochs.
/// </summary>
internal sealed record RunProgress
{
    private const string FileName = "progress.json";

    /// <summary>The settings, as <see cref="RunIdentity"/> has them.</summary>
    public required IReadOnlyDictionary<string, string> Resolved { get; init; }

    /// <summary>Of all parts so far, those that were interrupted included.</summary>
    public double Seconds { get; init; }

    /// <summary>The CPU threads of its parts, each number once.</summary>
    public IReadOnlyList<int> Threads { get; init; } = [];

    /// <summary>Whether all parts so far had the machine to themselves.</summary>
    public bool Alone { get; init; }

    public IReadOnlyList<EpochRecord> Epochs { get; init; } = [];

    /// <summary>The progress that lies with a checkpoint; null where there is none, as with one of an earlier version.</summary>
    /// <exception cref="CommandException">The file is damaged.</exception>
    public static RunProgress? In(string checkpoint)
    {
        string path = Path.Combine(checkpoint, FileName);
        return File.Exists(path) ? JsonFile.Read<RunProgress>(path, "the progress of a run", "Remove it to go on without it.") : null;
    }

    public void Write(string checkpoint) => JsonFile.Write(Path.Combine(checkpoint, FileName), this);
}
