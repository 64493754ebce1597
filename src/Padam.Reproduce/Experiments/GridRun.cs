using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Experiments;

/// <summary>Works through the runs of a plan: finished ones are passed over, interrupted ones go on.</summary>
/// <param name="Plan">The runs.</param>
/// <param name="Output">The folder with <c>runs/ID</c>.</param>
/// <param name="DataRoot">The folder with the data sets' own folders, as <c>data download</c> leaves them.</param>
/// <param name="Device">cpu, cuda or cuda:N.</param>
/// <param name="Threads">CPU threads of a run; null for libtorch's choice.</param>
internal sealed record GridRun(ExperimentPlan Plan, string Output, string DataRoot, string Device, int? Threads)
{
    private static readonly SyntheticCifar Synthetic = new(TrainImages: 2_000, TestImages: 500, Seed: 1);

    /// <summary>The runs, each once; its place in this list is its <c>--index</c>.</summary>
    public IReadOnlyList<PlannedRun> Runs { get; } = [.. Plan.Runs.DistinctBy(run => run.Id)];

    /// <summary>Makes sure that the images are there, before any training.</summary>
    public void RequireData(CancellationToken cancel)
    {
        foreach (string dataSet in Runs.Select(run => run.DataSet).Distinct())
        {
            if (dataSet == "synthetic" && !Synthetic.IsIn(Folder(dataSet))) Synthetic.Write(Folder(dataSet), cancel);
            if (!Directory.Exists(Folder(dataSet)))
                throw new CommandException($"'{Folder(dataSet)}' is not there. `data download --dataset {dataSet} --data {DataRoot}` fetches it, --data names another place, --scale quick needs none.");
        }
    }

    /// <summary>Runs what is not finished, one after another. A training that diverges is said, and the others go on.</summary>
    /// <returns>One sentence a run that failed.</returns>
    public IReadOnlyList<string> Execute(IEnumerable<PlannedRun> runs, ITrainingDisplay display, CancellationToken cancel)
    {
        var failures = new List<string>();
        foreach (PlannedRun run in runs)
        {
            RunFiles files = run.Files(Output);
            string title = $"{run.Settings.Backbone} {run.Series} seed {run.Settings.Seed}";
            if (files.IsFinished)
            {
                files.RemoveUnfinished(); // It may have been killed after its last file, before this.
                display.Say($"{title}: finished before ({run.Id})");
                continue;
            }

            try
            {
                Training.Run(run.Settings, new RunPlace { DataFolder = Folder(run.DataSet), Files = files, Device = Device, Threads = Threads, Resume = true }, display, title, cancel);
            }
            catch (TrainingDivergedException diverged)
            {
                failures.Add($"{title}: {diverged.Message}");
            }
        }

        return failures;
    }

    private string Folder(string dataSet) => dataSet switch
    {
        "cifar10" => Path.Combine(DataRoot, CifarArchive.Cifar10.Folder),
        "cifar100" => Path.Combine(DataRoot, CifarArchive.Cifar100.Folder),
        _ => Path.Combine(Output, "synthetic"),
    };
}
