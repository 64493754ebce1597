using Padam.Reproduce.Data;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests;

/// <summary>Files as a training leaves them, without the training.</summary>
internal static class FinishedRuns
{
    /// <summary>Writes a finished run of so many epochs.</summary>
    public static RunSummary Write(RunFiles files, RunSettings settings, double accuracy = 0.9, int? epochs = null, double? macro = null)
    {
        Directory.CreateDirectory(files.Folder);
        var log = TrainingLog.Start(files.Log);
        for (int epoch = 0; epoch < (epochs ?? settings.Epochs); epoch++)
            log.Append(new LogRow(epoch, 0.5, 2.0 / (epoch + 1), 0.9, accuracy, 1, 0.99, 0.1, 0.125));
        File.WriteAllText(files.Model, "");
        RunSummary summary = Summary(files, settings) with { TestAccuracy = accuracy, TestTop5 = 0.99, TestMacroAccuracy = macro };
        if (macro is not null)
            summary = summary with
            {
                ByEpoch =
                [
                    .. Enumerable
                        .Range(1, summary.Epochs)
                        .Select(epoch => new EpochRecord
                        {
                            Epoch = epoch,
                            Finished = DateTimeOffset.UnixEpoch,
                            TestMacroAccuracy = macro,
                        }),
                ],
            };
        summary.Write(files.Summary);
        return summary;
    }

    /// <summary>Makes a finished run one that diverged.</summary>
    public static void Diverge(RunFiles files, RunSettings settings, int epoch)
    {
        TrainingLog.Continue(files.Log, epoch - 1);
        File.Delete(files.Model);
        (Summary(files, settings) with { Seconds = 5, Diverged = new Divergence(epoch, "The loss is NaN.") }).Write(files.Summary);
    }

    private static RunSummary Summary(RunFiles files, RunSettings settings) =>
        new()
        {
            Id = settings.Id(),
            Settings = settings,
            Resolved = RunIdentity.Of(settings).ToDictionary(),
            Epochs = TrainingLog.Read(files.Log).Count,
            Seconds = 7,
            Device = "cpu",
            Version = "1.0.0",
            Machine = "a test",
            Finished = DateTimeOffset.UnixEpoch,
            Log = FileIdentity.Of(files.Log),
        };
}
