using System.Diagnostics;
using Padam.MLNet;
using Padam.Reproduce.Data;
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
    private static readonly SyntheticCifar Synthetic = new(TrainImages: 2_000, TestImages: 500, Seed: 1);

    /// <summary>The runs, each once; its place in this list is its <c>--index</c>.</summary>
    public IReadOnlyList<PlannedRun> Runs { get; } = [.. Plan.Runs.DistinctBy(run => run.Id)];

    /// <summary>Makes sure that the images are there, before any training.</summary>
    public void RequireData(CancellationToken cancel)
    {
        foreach (string dataSet in Runs.Select(run => run.DataSet).Distinct())
        {
            if (CifarArchive.Published.FirstOrDefault(archive => archive.DataSet == dataSet) is { } archive)
                archive.RequiredIn(Data);
            else if (!Synthetic.IsIn(Folder(dataSet)))
                Synthetic.Write(Folder(dataSet), cancel);
        }
    }

    /// <summary>
    /// Runs what is not finished, one after another. A training that diverges is a result: it is written down, and the others go on.
    /// </summary>
    public void Execute(IEnumerable<PlannedRun> runs, ITrainingDisplay display, CancellationToken cancel)
    {
        foreach (PlannedRun run in runs)
        {
            RunFiles files = run.Files(Output);
            string title = $"{run.Settings.Backbone} {run.Series} seed {run.Settings.Seed}";
            if (run.Result(Output) is { } before)
            {
                if (files.IsFinished)
                    files.RemoveUnfinished(); // It may have been killed after its last file, before this.
                display.Say(
                    before.Diverged is { } then
                        ? $"{title}: diverged before, at epoch {then.Epoch}. Remove '{files.Folder}' to try it again."
                        : $"{title}: finished before ({run.Id})"
                );
                continue;
            }

            var place = new RunPlace
            {
                DataFolder = Folder(run.DataSet),
                Files = files,
                Device = Device,
                Threads = Threads,
                Resume = true,
            };
            long start = Stopwatch.GetTimestamp();
            try
            {
                Training.Run(run.Settings, place, display, title, cancel);
            }
            catch (TrainingDivergedException fault)
            {
                WriteDown(fault, run, place, Stopwatch.GetElapsedTime(start));
                display.Say(
                    $"{title}: diverged at epoch {fault.Epoch}: {fault.Message} The table says so; remove '{files.Folder}' to try it again."
                );
            }
        }
    }

    private static void WriteDown(TrainingDivergedException fault, PlannedRun run, RunPlace place, TimeSpan time)
    {
        // Lines of the log beyond the epochs before are those of an attempt that was interrupted.
        TrainingLog.Continue(place.Files.Log, fault.Epoch - 1);
        RunSummary summary = RunSummary.Of(run.Settings, TrainingLog.Read(place.Files.Log), last: null, time, imagesPerSecond: null, place);
        (summary with { Diverged = new Divergence(fault.Epoch, fault.Message) }).Write(place.Files.Summary);
        place.Files.RemoveUnfinished();
    }

    private string Folder(string dataSet) => dataSet == "synthetic" ? Path.Combine(Output, "synthetic") : Data;
}
