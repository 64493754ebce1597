using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>A run that is over, as its files tell it. The model may be gone: results are read from summary and log.</summary>
internal sealed record FinishedRun(RunSummary Summary, IReadOnlyList<LogRow> Log)
{
    /// <summary>The run, or null where there is none, or an unfinished one.</summary>
    /// <exception cref="CommandException">Summary or log is damaged, or they do not belong together.</exception>
    public static FinishedRun? Read(RunFiles files)
    {
        if (!Path.Exists(files.Summary))
            return null;
        var summary = RunSummary.Read(files.Summary);
        IReadOnlyList<LogRow> log = TrainingLog.Read(files.Log);
        if (summary.Log is { } was && FileIdentity.Of(files.Log) is var now && now != was)
            throw Strange(files, now.Length == was.Length ? "other content" : $"{now.Length} bytes instead of {was.Length}");
        // Summaries of an earlier version count the epochs alone.
        if (log.Count != summary.Epochs)
            throw Strange(files, $"{log.Count} epochs instead of {summary.Epochs}");
        return new FinishedRun(summary, log);
    }

    private static CommandException Strange(RunFiles files, string how) =>
        new(
            $"'{files.Log}' is not the log that '{files.Summary}' was written with: it has {how}. Put it back, or remove both to train "
                + "again."
        );
}
