using System.Text.Json;
using Padam.Reproduce.Data;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Experiments;

/// <summary>A run of a plan: which curve it belongs to, and all its settings.</summary>
/// <param name="Id">The settings' own name; two experiments that share a run share its folder.</param>
/// <param name="DataSet">The data set.</param>
/// <param name="Network">The network as the experiment names it; the settings may have a smaller one in its stead.</param>
/// <param name="Series">The line of the figure.</param>
/// <param name="Settings">What is trained.</param>
internal sealed record PlannedRun(string Id, string DataSet, string Network, string Series, RunSettings Settings)
{
    public RunFiles Files(string output) => new(Path.Combine(output, "runs", Id), Settings.Optimizer.Name, Settings.DataSet);

    /// <summary>What came of it, or null while it is unfinished. A training that diverged is finished too; it has no model.</summary>
    public RunSummary? Result(string output)
    {
        RunFiles files = Files(output);
        return
            File.Exists(files.Summary)
            && RunSummary.Read(files.Summary) is var summary
            && (summary.Diverged is not null || files.IsFinished)
            ? summary
            : null;
    }
}

/// <summary>
/// An experiment at one scale, by one recipe, with its seeds: the list of its runs. Kept beside the runs, so that <c>report</c> knows what
/// they were for.
/// </summary>
internal sealed record ExperimentPlan
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Scale { get; init; }

    public required string Recipe { get; init; }

    /// <summary>The protocol's epochs that the table shows, and which epoch of these runs each is.</summary>
    public required IReadOnlyList<ShownEpoch> Shown { get; init; }

    public required IReadOnlyList<string> Figures { get; init; }

    public required IReadOnlyList<PlannedRun> Runs { get; init; }

    public static ExperimentPlan Of(Experiment experiment, Scale scale, Recipe recipe, IReadOnlyList<int> seeds)
    {
        IReadOnlyList<int> shown = experiment.AccuracyAtEpochs.Count > 0 ? experiment.AccuracyAtEpochs : [experiment.Epochs];
        return new ExperimentPlan
        {
            Name = experiment.Name,
            Title = experiment.Title,
            Scale = scale.Name,
            Recipe = recipe.Name,
            Shown = [.. shown.Select(epoch => new ShownEpoch(epoch, scale.Epoch(epoch, experiment.Epochs)))],
            Figures = experiment.Figures,
            Runs =
            [
                .. from place in scale.Grid(experiment)
                from series in experiment.Series
                from seed in seeds
                let settings = Settings(experiment, scale, recipe, place.DataSet, place.StandIn, series, seed)
                select new PlannedRun(settings.Id(), place.DataSet, place.Network, series.Name, settings),
            ],
        };
    }

    /// <summary>The plans kept in an output folder.</summary>
    public static IReadOnlyList<ExperimentPlan> In(string output)
    {
        string folder = Path.Combine(output, "experiments");
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)] : [];
    }

    /// <summary>
    /// Writes this plan to an output folder, with those runs of the plan kept there that <paramref name="experiment"/> still has: other
    /// seeds and data sets that an
    /// earlier call asked for. Runs of a file that was edited since are dropped.
    /// </summary>
    /// <returns>The plan as it is kept now.</returns>
    public ExperimentPlan Keep(Experiment experiment, Scale scale, Recipe recipe, string output)
    {
        string path = Path.Combine(output, "experiments", $"{Name}-{Scale}-{Recipe}.json");
        List<PlannedRun> asked = [.. Runs, .. File.Exists(path) ? Read(path).Runs : []];
        var places = asked.Select(Place).ToHashSet();
        ExperimentPlan whole = Of(experiment, scale, recipe, [.. asked.Select(run => run.Settings.Seed).Distinct().Order()]);
        ExperimentPlan kept = whole with { Runs = [.. whole.Runs.Where(run => places.Contains(Place(run)))] };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, kept, Json));
        return kept;

        static (string, string, string, string) Place(PlannedRun run) => (run.Id, run.DataSet, run.Network, run.Series);
    }

    private static ExperimentPlan Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ExperimentPlan>(File.ReadAllBytes(path)) ?? throw new JsonException("It is null.");
        }
        catch (JsonException fault)
        {
            throw new CommandException(
                $"'{path}' is not the plan of an experiment: {fault.Message} Remove it and run the experiment again: finished runs are "
                    + "kept.",
                fault
            );
        }
    }

    private static RunSettings Settings(
        Experiment experiment,
        Scale scale,
        Recipe recipe,
        string dataSet,
        string network,
        Series series,
        int seed
    ) =>
        new()
        {
            DataSet = dataSet,
            Labels = dataSet == "cifar100" ? "fine" : null,
            Backbone = recipe.Network(network),
            Optimizer = series.Settings().Resolved(),
            Recipe = recipe.Name,
            Epochs = scale.Epochs(experiment.Epochs),
            BatchSize = scale.BatchSize,
            Seed = seed,
            TrainLimit = scale.TrainLimit,
            TestLimit = scale.TestLimit,
            Milestones =
            [
                .. experiment
                    .Milestones.Select(milestone => scale.Epoch(milestone, experiment.Epochs))
                    .Where(milestone => milestone < scale.Epochs(experiment.Epochs))
                    .Distinct(),
            ],
            Gamma = series.Gamma,
            PartialDecay = series.PartialDecay,
        };
}

/// <summary>An epoch of the protocol, and the epoch of a scaled run that stands for it; both from 1.</summary>
internal sealed record ShownEpoch(int Protocol, int Scaled);
