using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>experiment list | NAME | FILE.json</c>: the report's tables and figures by their names.</summary>
internal static class ExperimentCommand
{
    private const string List = "list",
        Table1 = "table1",
        All = "all";

    private static readonly Argument<string> What = new("NAME")
    {
        Description = "list, an experiment's name, table1 (the settings), all, or a FILE.json of your own.",
    };
    private static readonly Option<string[]> DataSets = new("--dataset")
    {
        Description = "Only these of its data sets, such as cifar10; else all.",
        DefaultValueFactory = _ => [],
        CustomParser = ParseDataSets,
    };
    private static readonly Option<string> ScaleName = new Option<string>("--scale")
    {
        Description = string.Join("; ", Scale.All.Select(scale => $"{scale.Name}: {scale.Text}")) + ".",
        DefaultValueFactory = _ => Scale.Full.Name,
    }.AcceptOnlyFromAmong([.. Scale.All.Select(scale => scale.Name)]);
    private static readonly Option<int[]> Seeds = new("--seeds")
    {
        Description = "A run for each, such as 1,2,3.",
        DefaultValueFactory = _ => [1],
        CustomParser = ParseSeeds,
    };
    private static readonly Option<string?> RecipeName = new Option<string?>("--recipe")
    {
        Description = "report or authors, see docs/recipes.md; else the experiment's own, which is the report's where it names none.",
    }.AcceptOnlyFromAmong([.. Recipe.Names]);
    private static readonly Option<string> Data = Options.Named(
        "--data",
        "The folder with the data sets' own folders, as `data download` leaves them, or one set's own folder.",
        "data"
    );
    private static readonly Option<string> Out = Options.Named("--out", "The folder for runs, figures and report.", "runs");
    private static readonly Option<string> DeviceName = Options.Device();
    private static readonly Option<int> Jobs = Options.Count("--jobs", "Runs at a time, each a process with its share of the cores.", 1);
    private static readonly Option<int?> Threads = Options.OptionalCount(
        "--threads",
        "CPU threads of a run; else libtorch's choice, the cores divided by --jobs, or 4 with --slurm."
    );
    private static readonly Option<bool> Alone = Options.Alone();
    private static readonly Option<bool> Slurm = new("--slurm")
    {
        Description = "Print an array script for Slurm's sbatch instead of running.",
    };
    private static readonly Option<int?> RanksATask = Options.OptionalCount(
        "--ranks",
        "With --slurm: processes that train each run together, by MPI (docs/cluster.md); --threads are those of each."
    );
    private static readonly Option<int?> Index = Options.OptionalCount(
        "--index",
        "Only this run of the grid, from 0: what a task of the array does.",
        least: 0
    );

    /// <summary>For the tasks of <c>--ranks</c>: mpirun starts each several times.</summary>
    private static readonly Option<bool> Distributed = new("--distributed") { Hidden = true };

    /// <summary>For the processes of <c>--jobs</c>: they stop when their parent lets go of their standard input.</summary>
    public static readonly Option<bool> Child = new(ChildRuns.ChildOption) { Hidden = true };

    public static Command Create()
    {
        var command = new Command("experiment", "Run a table or figure of the report. Finished runs are kept, interrupted ones go on.")
        {
            What,
            DataSets,
            ScaleName,
            Seeds,
            RecipeName,
            Data,
            Out,
            DeviceName,
            Jobs,
            Threads,
            Alone,
            Slurm,
            RanksATask,
            Index,
            Distributed,
            Child,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                string what = parsed.GetValue(What)!;
                bool one = parsed.GetValue(Index) is not null;
                if (what == All && (parsed.GetValue(Slurm) || one))
                    throw new UsageException("--slurm and --index are for one experiment, not for all.");
                if (parsed.GetValue(RanksATask) is not null && !parsed.GetValue(Slurm))
                    throw new UsageException("--ranks is for --slurm; elsewhere mpirun starts `run --distributed`.");
                if (parsed.GetValue(RanksATask) is not null && parsed.GetValue(DeviceName) != "cpu")
                    throw new UsageException("--ranks trains on CPUs: leave --device out.");
                if (parsed.GetValue(Distributed) && !one)
                    throw new UsageException("--distributed is for one run, by its --index.");
                if ((one || parsed.GetValue(Slurm)) && parsed.GetValue(Jobs) > 1)
                    throw new UsageException("--jobs is for a grid on this machine, not for --index or --slurm.");
                if (parsed.GetValue(Alone) && parsed.GetValue(Jobs) > 1)
                    throw new UsageException("--alone is for one run at a time: leave it or --jobs out.");
                if (what == List)
                    ShowList();
                else if (what == Table1)
                    ShowTable1();
                else if (what == All)
                {
                    bool failed = false;
                    foreach ((string name, string[] dataSets) in AllOn(parsed.GetValue(DataSets)!))
                        failed |= await RunAsync(parsed, name, dataSets, cancel) != ExitCode.Success;
                    return failed ? ExitCode.Failure : ExitCode.Success;
                }
                else
                    return await RunAsync(parsed, what, parsed.GetValue(DataSets)!, cancel);
                return ExitCode.Success;
            }
        );
        return command;
    }

    /// <summary>
    /// The shipped experiments that have one of the data sets, each with those that it has; all of them where none is named.
    /// </summary>
    private static List<(string Name, string[] DataSets)> AllOn(string[] dataSets)
    {
        var all = ExperimentFile
            .ShippedNames.Select(name => (Name: name, DataSets: ExperimentFile.Shipped(name).DataSets.Intersect(dataSets).ToArray()))
            .Where(experiment => dataSets.Length == 0 || experiment.DataSets.Length > 0)
            // What chooses rates comes before what takes them.
            .OrderBy(experiment => ExperimentFile.Shipped(experiment.Name).Series.Any(series => series.LearningRateFrom is not null))
            .ToList();
        return all.Count > 0 ? all : throw new UsageException($"No experiment has the data set {string.Join(" or ", dataSets)}.");
    }

    private static async Task<int> RunAsync(ParseResult parsed, string what, string[] dataSets, CancellationToken cancel)
    {
        Experiment experiment = what.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? ExperimentFile.Read(what)
            : ExperimentFile.Shipped(what);
        var scale = Scale.Parse(parsed.GetValue(ScaleName)!);
        var recipe = Recipe.Parse(parsed.GetValue(RecipeName) ?? experiment.Recipe ?? Recipe.Report.Name);
        experiment = ChosenRates.In(experiment, scale, recipe, parsed.GetValue(Out)!);
        ExperimentPlan plan = Planning.Of(experiment.Only(dataSets), scale, recipe, parsed.GetValue(Seeds)!);
        (string output, string device, int jobs) = (parsed.GetValue(Out)!, parsed.GetValue(DeviceName)!, parsed.GetValue(Jobs));
        int? threads = parsed.GetValue(Threads) ?? (jobs > 1 ? ChildRuns.ThreadsEach(jobs) : null);
        var grid = new GridRun(plan, output, parsed.GetValue(Data)!, device, threads) { Alone = parsed.GetValue(Alone) };
        if (parsed.GetValue(Slurm))
        {
            IReadOnlyList<string> ofTask = Words(parsed, what, dataSets, recipe, SlurmScript.DeviceOfTask(device), threads: null);
            if (parsed.GetValue(RanksATask) is not null)
                ofTask = [.. ofTask, Distributed.Name];
            Console.Write(SlurmScript.For(plan, grid.Runs.Count, ofTask, output, device, threads, parsed.GetValue(RanksATask)));
            return ExitCode.Success;
        }

        Communicator ranks = Job.Join(parsed.GetValue(Distributed));
        grid = grid with { Ranks = ranks };
        Options.ThreadsHere(threads);
        int? index = parsed.GetValue(Index);
        if (index >= grid.Runs.Count)
            throw new CommandException($"--index {index}: {what} has the runs 0 to {grid.Runs.Count - 1}.");
        // The first rank makes what is not there yet.
        IReadOnlyList<string> remarks = ranks.Together(() =>
        {
            if (ranks.Rank > 0)
                return [];
            OutputFolder.Require(output, "--out");
            return grid.RequireData(cancel);
        });
        ExperimentPlan kept =
            ranks.Together(() => ranks.Rank == 0 ? plan.Keep(experiment, scale, recipe, output, Console.Error.WriteLine) : null)
            ?? ExperimentPlan.Read(plan.FileIn(output));
        grid = grid with { Plan = plan.LocatedAs(kept) };
        if (index is { } one)
            return Terminal.Show(display => grid.Execute([grid.Runs[one]], display, cancel)) == 0 ? ExitCode.Success : ExitCode.Failure;

        Console.WriteLine($"{plan.Title}. Scale {scale.Name}: {scale.Text}. Recipe {plan.Recipe}, {grid.Runs.Count} runs.");
        foreach (string remark in remarks)
            Console.WriteLine(remark);
        IReadOnlyList<string> failures =
            jobs > 1
                ? await new ChildRuns(Words(parsed, what, dataSets, recipe, device, threads), jobs).ExecuteAsync(
                    Enumerable.Range(0, grid.Runs.Count),
                    cancel
                )
            : Terminal.Show(display => grid.Execute(grid.Runs, display, cancel)) is > 0 and var failed
                ? [$"{failed} of {grid.Runs.Count} runs could not be run; what was wrong with each stands above."]
            : [];
        ReportCommand.Show(ExperimentResults.Gather(kept, output));
        ReportCommand.Write(output);
        foreach (string failure in failures)
            Console.Error.WriteLine(failure);
        return failures.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>The command line of one run of the grid, but for its index.</summary>
    private static IReadOnlyList<string> Words(
        ParseResult parsed,
        string what,
        string[] dataSets,
        Recipe recipe,
        string device,
        int? threads
    ) =>
        [
            "experiment",
            what,
            .. dataSets.Length > 0 ? ["--dataset", string.Join(',', dataSets)] : Array.Empty<string>(),
            "--scale",
            parsed.GetValue(ScaleName)!,
            "--seeds",
            string.Join(',', parsed.GetValue(Seeds)!),
            "--recipe",
            recipe.Name,
            "--data",
            parsed.GetValue(Data)!,
            "--out",
            parsed.GetValue(Out)!,
            "--device",
            device,
            .. threads is { } count ? ["--threads", count.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. parsed.GetValue(Alone) ? ["--alone"] : Array.Empty<string>(),
        ];

    private static void ShowList()
    {
        IEnumerable<IEnumerable<string>> shipped = ExperimentFile
            .ShippedNames.Select(ExperimentFile.Shipped)
            .Select(experiment =>
                new[]
                {
                    experiment.Name,
                    experiment.Title,
                    $"{experiment.DataSets.Count * experiment.Backbones.Count * experiment.Series.Count}",
                }
            );
        Terminal.Write(
            ["name", "what", "runs a seed"],
            [
                [Table1, "Table 1: the optimizers' settings", "0"],
                .. shipped,
                [All, "all of them; runs that they share are done once", ""],
            ]
        );
    }

    private static void ShowTable1()
    {
        var report = ReportNumbers.Load().Hyperparameters().ToList();
        string[] names = [.. report.SelectMany(entry => entry.Settings.Keys).Distinct()];
        Terminal.Write(
            ["optimizer", .. names],
            report.Select(entry => names.Select(name => entry.Settings.GetValueOrDefault(name, "-")).Prepend(entry.Optimizer))
        );
    }

    private static string[]? ParseDataSets(ArgumentResult result)
    {
        string[] names = [.. result.Tokens.SelectMany(token => token.Value.Split(','))];
        foreach (string name in names.Where(name => !Experiment.KnownDataSets.Contains(name)))
            result.AddError(
                $"--dataset: there is no data set '{name}' for experiments. Use {string.Join(", ", Experiment.KnownDataSets)}."
            );
        return [.. names.Distinct()];
    }

    private static int[]? ParseSeeds(ArgumentResult result)
    {
        string text = string.Join(',', result.Tokens.Select(token => token.Value));
        var seeds = new List<int>();
        foreach (string part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int seed) && !seeds.Contains(seed))
                seeds.Add(seed);
            else
                result.AddError($"--seeds '{text}' is not a list of different whole numbers, such as 1,2,3.");
        }

        return [.. seeds];
    }
}
