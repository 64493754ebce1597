using System.Globalization;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>Works through the runs of a plan: finished ones are passed over, interrupted ones go on.</summary>
/// <param name="Plan">The runs.</param>
/// <param name="Output">The folder with <c>runs/ID</c>.</param>
/// <param name="Data">The folder with the data sets' own folders, as <c>data download</c> leaves them, or the one set's own folder.</param>
/// <param name="Device">cpu, cuda or cuda:N.</param>
/// <param name="Threads">CPU threads of a run; null for libtorch's choice.</param>
internal sealed record GridRun(ExperimentPlan Plan, string Output, string Data, string Device, int? Threads)
{
    /// <summary>Whether nothing else runs on the machine.</summary>
    public bool Alone { get; init; }

    /// <summary>Who trains each run together; the first of them says what is to be done, and writes the files.</summary>
    public Communicator Ranks { get; init; } = Communicator.Alone;

    private static readonly SyntheticCifar Synthetic = new(TrainImages: 2_000, TestImages: 500, Seed: 1);

    /// <summary>The runs, each once; its place in this list is its <c>--index</c>.</summary>
    public IReadOnlyList<PlannedRun> Runs => [.. Plan.Runs.DistinctBy(run => run.Id)];

    /// <summary>Makes sure that the images are there, as many as the plan says, before any training.</summary>
    /// <returns>What to say of data sets that are not the published ones.</returns>
    /// <exception cref="CommandException">A data set is missing, is another one, or has too few images.</exception>
    public IReadOnlyList<string> RequireData(CancellationToken cancel)
    {
        var remarks = new List<string>();
        foreach (IGrouping<string, PlannedRun> runs in Runs.GroupBy(run => run.DataSet))
        {
            if (CifarArchive.Published.FirstOrDefault(archive => archive.DataSet == runs.Key) is not { } archive)
            {
                if (!Synthetic.IsIn(Folder(runs.Key)))
                    Synthetic.Write(Folder(runs.Key), cancel);
                continue;
            }

            ImageData data = Load(RunContext.Of(Console.Error.WriteLine), runs.First().Settings);
            foreach (RunSettings settings in runs.Select(run => run.Settings))
            {
                Require(data.Train.Share.Of, settings.TrainLimit ?? archive.Images(CifarSplit.Train), "training", runs.Key);
                Require(data.Test.Share.Of, settings.TestLimit ?? archive.Images(CifarSplit.Test), "test", runs.Key);
            }

            if (data.Strangers is { } strangers)
                remarks.Add($"{strangers}. The report says so.");
        }

        return remarks;
    }

    /// <summary>
    /// Runs what is not finished, one after another. A training that diverges is a result: it is written down, and the others go on. What
    /// another process trains is left to it; what cannot be run is said, and the others go on.
    /// </summary>
    /// <returns>How many could not be run.</returns>
    public int Execute(IEnumerable<PlannedRun> runs, ITrainingDisplay display, CancellationToken cancel)
    {
        int failed = 0;
        foreach (PlannedRun run in runs)
        {
            Ranks.Together(cancel.ThrowIfCancellationRequested);
            string title = $"{run.Settings.Backbone} {run.Series} seed {run.Settings.Seed}";
            try
            {
                if (Execute(run, title, display, cancel) is { } line)
                    display.Say(line);
            }
            catch (Exception fault)
                when (fault is not OperationCanceledException && !Ranks.HasFailed && Failure.Of(fault) is { IsForTheUser: true })
            {
                display.Warn($"{title}: {Failure.Of(fault).Sentence}");
                failed++;
            }
        }

        return failed;
    }

    /// <summary>Runs one.</summary>
    /// <returns>What to say of it beside what the display shows; null for nothing.</returns>
    private string? Execute(PlannedRun run, string title, ITrainingDisplay display, CancellationToken cancel)
    {
        RunFiles files = run.Files(Output);
        string? nothingToDo = null;
        using RunLock? held = Ranks.Together(() => Ranks.Rank == 0 ? Begin(run, files, title, out nothingToDo) : null);
        if (Ranks.Largest(held is null ? 0 : 1) == 0)
            return nothingToDo;
        var place = new RunPlace
        {
            Files = files,
            Device = Device,
            Threads = Threads,
            Alone = Alone,
            Ranks = Ranks,
            Resume = true,
            DivergenceIsResult = true,
        };
        MLContext mlContext = RunContext.Of(display.Warn, run.Settings.Seed, Device);
        display.Begin(title);
        ImageData data = Ranks.Together(() => Load(mlContext, run.Settings));
        RunSummary? summary = Training.Run(mlContext, run.Settings, place, data, display, cancel);
        return summary?.Diverged is { } fault
            ? $"{title}: diverged at epoch {fault.Epoch}: {fault.Message} The table says so; remove '{files.Folder}' to try it again."
            : null;
    }

    /// <summary>Takes the lock of a run's files, where something of it is left to do.</summary>
    /// <returns>Null where nothing is; <paramref name="nothingToDo"/> says why.</returns>
    private static RunLock? Begin(PlannedRun run, RunFiles files, string title, out string? nothingToDo)
    {
        nothingToDo = null;
        if (FinishedRun.Read(files) is { } before && !files.HasCheckpoint)
        {
            nothingToDo = Before(before, files, title);
            return null;
        }

        OutputFolder.Require(files.Folder, "--out");
        RunLock? held = RunLock.Take(files.Lock);
        try
        {
            if (held is null)
            {
                nothingToDo = $"{title}: another process trains it ({run.Folder})";
                return null;
            }

            ReplacedRun.Restore(files);
            // Another process may have finished it meanwhile, or was killed after its last file, before it cleared the checkpoint away.
            if (FinishedRun.Read(files) is { } now)
            {
                files.RemoveUnfinished();
                nothingToDo = Before(now, files, title);
                held.Dispose();
                return null;
            }

            files.RequireFree(resume: true, force: false);
            return held;
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    private static string Before(FinishedRun run, RunFiles files, string title) =>
        run.Summary.Diverged is { } then
            ? $"{title}: diverged before, at epoch {then.Epoch}. Remove '{files.Folder}' to try it again."
            : $"{title}: finished before ({Path.GetFileName(files.Folder)})";

    private ImageData Load(MLContext mlContext, RunSettings settings)
    {
        var data = ImageData.Load(
            mlContext,
            new ImageSource(settings.DataSet, settings.Labels, Folder(settings.DataSet)),
            settings.TrainLimit,
            settings.TestLimit
        );
        return settings.HeldOut is { } part ? data.WithHeldOut(mlContext, part) : data;
    }

    private void Require(int found, int wanted, string part, string dataSet)
    {
        if (found >= wanted)
            return;
        throw new CommandException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"'{Data}' holds {found:N0} {part} images of {dataSet}, and scale {Plan.Scale} wants {wanted:N0}: it is a part of "
                    + $"the set. `data verify --data {Data}` says what is missing."
            )
        );
    }

    private string Folder(string dataSet) => dataSet == "synthetic" ? Path.Combine(Output, "synthetic") : Data;
}
