using System.Diagnostics;
using Padam.MLNet;

namespace Padam.Reproduce.Reporting;

/// <summary>How long a training still takes, by the images it has done so far, test passes counted in.</summary>
internal sealed class TimeLeft
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double? _start;

    /// <summary>Null until there is something to judge by.</summary>
    public TimeSpan? After(TrainingProgress progress)
    {
        double done = progress.Epoch - 1 + (double)progress.Images / progress.ImagesPerEpoch;
        _start ??= done;
        // The first batches of a process are slow, and a resumed training did not start at nothing.
        double since = done - _start.Value;
        return since > 0 ? _watch.Elapsed * ((progress.Epochs - done) / since) : null;
    }

    public static string Text(TimeSpan? left) =>
        left is { } time
            ? time.TotalHours >= 1
                ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
                : $"{time.Minutes}:{time.Seconds:00}"
            : "-:--";
}
