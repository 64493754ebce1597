using System.Diagnostics;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using TorchSharp;

namespace Padam.Reproduce.Runs;

/// <summary>Keeps what a training tells of itself, as it goes: log, progress and TensorBoard, and the summary in the end.</summary>
internal sealed class RunRecord
{
    private readonly RunSettings _settings;
    private readonly RunPlace _place;
    private readonly DataIdentity _data;
    private readonly RunIdentity _identity;
    private readonly RunProgress _before;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastEpoch = Stopwatch.GetTimestamp();
    private List<EpochRecord> _epochs;
    private IReadOnlyList<int> _threads;
    private TrainingLog? _log;
    private TensorBoardLog? _board;
    private double? _imagesPerSecond;

    private RunRecord(RunSettings settings, RunPlace place, DataIdentity data, RunIdentity identity, RunProgress before)
    {
        (_settings, _place, _data, _identity, _before) = (settings, place, data, identity, before);
        _epochs = [.. before.Epochs];
        _threads = place.Threads is { } threads ? Joined(before.Threads, threads) : before.Threads;
    }

    private double Seconds => _before.Seconds + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Goes on from what lies with the checkpoint of an interrupted run, or begins.</summary>
    /// <exception cref="CommandException">The unfinished run is of other settings, or its log or progress is damaged or gone.</exception>
    public static RunRecord Begin(RunSettings settings, RunPlace place, DataIdentity data)
    {
        var identity = RunIdentity.Of(settings);
        RunProgress? before = place.Resume && place.Files.HasCheckpoint ? RunProgress.In(place.Files.Checkpoint) : null;
        if (before is not null)
        {
            if (!LongerRun.Is(settings, before.Resolved) && identity.DifferenceFrom(before.Resolved) is { } difference)
            {
                throw new CommandException(
                    $"'{place.Files.Checkpoint}' is an unfinished run of other settings: {difference}. Choose another --out, or start over "
                        + "with --force."
                );
            }

            if (before.Epochs.Count > 0)
                TrainingLog.Read(place.Files.Log);
        }

        IReadOnlyDictionary<string, string> resolved = identity.ToDictionary();
        before ??= new RunProgress { Resolved = resolved, Alone = true };
        return new RunRecord(settings, place, data, identity, before with { Resolved = resolved, Alone = before.Alone && place.Alone });
    }

    /// <summary>An epoch is over.</summary>
    public void Add(EpochMetrics metrics)
    {
        RunFiles files = _place.Files;
        // The checkpoint knows how far it was; what lies beyond it belongs to epochs that are done again.
        int done = metrics.Epoch - 1;
        _log ??= _place.Resume ? TrainingLog.Continue(files.Log, done) : TrainingLog.Start(files.Log);
        double seconds = Stopwatch.GetElapsedTime(_lastEpoch).TotalSeconds;
        _lastEpoch = Stopwatch.GetTimestamp();
        _epochs = [.. _epochs.Where(epoch => epoch.Epoch <= done), EpochRecord.Of(metrics, seconds)];
        if (_place.TensorBoard is { } folder)
            _board ??= TensorBoardLog.Start(folder, done == 0 ? [] : TrainingLog.Read(files.Log), TimeOf);

        // Those that the training has, in whose midst this is.
        if (_place.Threads is null)
            _threads = Joined(_threads, torch.get_num_threads());

        var row = LogRow.Of(metrics);
        _log.Append(row);
        _board?.Append(row, _epochs[^1].Finished);
        WriteProgress();
        _imagesPerSecond = metrics.ImagesPerSecond;
    }

    private static IReadOnlyList<int> Joined(IReadOnlyList<int> before, int threads) => [.. before.Union([threads])];

    /// <summary>It was told to stop.</summary>
    public void Interrupt()
    {
        if (_place.Files.HasCheckpoint)
            WriteProgress();
    }

    /// <summary>Writes the summary of a training that ran to its end, and clears its checkpoint away unless that is to be kept.</summary>
    /// <param name="measured">The test pass over weights that were taken as they are; null where the log has one.</param>
    /// <param name="confusion">How the model answered the test images.</param>
    public RunSummary Finish(TestResult? measured, Confusion? confusion = null)
    {
        if (measured is not null)
            TrainingLog.Start(_place.Files.Log);
        IReadOnlyList<LogRow> rows = TrainingLog.Read(_place.Files.Log);
        if (rows.Count != _settings.Epochs)
        {
            throw new CommandException(
                $"'{_place.Files.Log}' has {rows.Count} whole epochs, its checkpoint has {_settings.Epochs}. Put the log back, or start "
                    + "over with --force."
            );
        }

        RunSummary summary = Summary(rows) with
        {
            TestAccuracy = measured?.Accuracy ?? rows[^1].TestAccuracy,
            TestTop5 = measured?.Top5 ?? rows[^1].TestTop5,
            TestMacroAccuracy = measured?.Macro ?? _epochs.LastOrDefault(epoch => epoch.Epoch == rows.Count)?.TestMacroAccuracy,
            Confusion = confusion,
        };
        return Close(
            summary with
            {
                BestTestAccuracy = summary.BestTestAccuracy ?? summary.TestAccuracy,
                CheckpointKept = _place is { KeepCheckpoint: true, Files.HasCheckpoint: true },
            }
        );
    }

    /// <summary>Writes the summary of a training that diverged, and clears its checkpoint away. Its log has the epochs before.</summary>
    public RunSummary Finish(TrainingDivergedException fault)
    {
        TrainingLog.Continue(_place.Files.Log, fault.Epoch - 1);
        _epochs = [.. _epochs.Where(epoch => epoch.Epoch < fault.Epoch)];
        return Close(Summary(TrainingLog.Read(_place.Files.Log)) with { Diverged = new Divergence(fault.Epoch, fault.Message) });
    }

    private RunSummary Summary(IReadOnlyList<LogRow> rows) =>
        new()
        {
            Id = _identity.Id,
            Settings = _settings,
            Resolved = _identity.ToDictionary(),
            Epochs = rows.Count,
            TrainLoss = rows.Count > 0 ? rows[^1].Loss : null,
            BestTestAccuracy = rows.Max(row => (double?)row.TestAccuracy),
            Seconds = Seconds,
            ImagesPerSecond = _imagesPerSecond,
            Device = _place.Device,
            Threads = _threads,
            Alone = _before.Alone,
            Ranks = _place.Ranks.Size > 1 ? _place.Ranks.Size : null,
            Version = RunSummary.ThisVersion,
            Machine = RunSummary.ThisMachine,
            Finished = DateTimeOffset.UtcNow,
            Data = _data,
            Log = FileIdentity.Of(_place.Files.Log),
            ByEpoch = _epochs,
        };

    private RunSummary Close(RunSummary summary)
    {
        summary.Write(_place.Files.Summary);
        _place.Files.RemoveUnfinished(summary.CheckpointKept);
        return summary;
    }

    private void WriteProgress() =>
        (_before with { Seconds = Seconds, Threads = _threads, Epochs = _epochs }).Write(_place.Files.Checkpoint);

    private DateTimeOffset? TimeOf(int epochFromZero) => _epochs.FirstOrDefault(epoch => epoch.Epoch == epochFromZero + 1)?.Finished;
}
