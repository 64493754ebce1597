using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>From an experiment, a scale, a recipe and seeds to the list of runs.</summary>
internal static class Planning
{
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
                .. from place in scale.Grid(experiment.DataSets, experiment.Backbones)
                from series in experiment.Series
                from seed in seeds
                let settings = Settings(experiment, scale, recipe, place.DataSet, place.StandIn, series, seed)
                select new PlannedRun(settings.Id(), place.DataSet, place.Network, series.Name, settings),
            ],
        };
    }

    /// <summary>
    /// Writes a plan to an output folder, with those runs of the plan kept there that <paramref name="experiment"/> still has: other seeds
    /// and data sets that an earlier call asked for. Runs of a file that was edited since are dropped.
    /// </summary>
    /// <returns>The plan as it is kept now.</returns>
    public static ExperimentPlan Keep(this ExperimentPlan plan, Experiment experiment, Scale scale, Recipe recipe, string output)
    {
        string path = plan.FileIn(output);
        List<PlannedRun> asked = [.. plan.Runs, .. File.Exists(path) ? ExperimentPlan.Read(path).Runs : []];
        var places = asked.Select(Place).ToHashSet();
        ExperimentPlan whole = Of(experiment, scale, recipe, [.. asked.Select(run => run.Settings.Seed).Distinct().Order()]);
        ExperimentPlan kept = whole with { Runs = [.. whole.Runs.Where(run => places.Contains(Place(run)))] };
        kept.Write(path);
        return kept;

        static (string, string, string, string) Place(PlannedRun run) => (run.Id, run.DataSet, run.Network, run.Series);
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
