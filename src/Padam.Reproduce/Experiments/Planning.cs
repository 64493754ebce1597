using Padam.Reproduce.Exits;
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
            Version = ExperimentPlan.CurrentVersion,
            Name = experiment.Name,
            OwnFile = experiment.OwnFile,
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
    /// and data sets that an earlier call asked for. Runs of a file that was edited since are dropped. Other processes wait meanwhile.
    /// </summary>
    /// <param name="plan">What is asked for now.</param>
    /// <param name="experiment">What it was planned of.</param>
    /// <param name="scale">By which scale.</param>
    /// <param name="recipe">By which recipe.</param>
    /// <param name="output">The folder.</param>
    /// <param name="warn">Told where the plan that was kept there is damaged, and has been set aside.</param>
    /// <returns>The plan as it is kept now.</returns>
    public static ExperimentPlan Keep(
        this ExperimentPlan plan,
        Experiment experiment,
        Scale scale,
        Recipe recipe,
        string output,
        Action<string> warn
    )
    {
        string path = plan.FileIn(output);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var alone = RunLock.Await($"{path}.lock");
        List<PlannedRun> asked = [.. plan.Runs, .. Kept(path, warn)];
        var places = asked.Select(Place).ToHashSet();
        ExperimentPlan whole = Of(experiment, scale, recipe, [.. asked.Select(run => run.Settings.Seed).Distinct().Order()]);
        ExperimentPlan kept = new RunIndex(output).Locate(
            whole with
            {
                Runs =
                [
                    .. whole
                        .Runs.Where(run => places.Contains(Place(run)))
                        .Select(run =>
                            run with
                            {
                                EarlierId = asked.Where(other => other.Id == run.Id).Select(other => other.EarlierId).Max(),
                            }
                        ),
                ],
            }
        );
        kept.Write(path);
        return kept;

        static (string, string, string, string) Place(PlannedRun run) => (run.Id, run.DataSet, run.Network, run.Series);
    }

    /// <summary>The plan with its runs in the folders that the kept one found for them.</summary>
    public static ExperimentPlan LocatedAs(this ExperimentPlan plan, ExperimentPlan kept)
    {
        ILookup<string, string?> folders = kept.Runs.ToLookup(run => run.Id, run => run.EarlierId);
        return plan with { Runs = [.. plan.Runs.Select(run => run with { EarlierId = folders[run.Id].FirstOrDefault() })] };
    }

    private static IReadOnlyList<PlannedRun> Kept(string path, Action<string> warn)
    {
        if (!Path.Exists(path))
            return [];
        try
        {
            return ExperimentPlan.Read(path).Runs;
        }
        catch (CommandException fault)
        {
            string aside = $"{path}.{Guid.NewGuid():N}.damaged";
            Directory.Move(path, aside);
            warn($"{fault.Message} It is now '{Path.GetFileName(aside)}', and the plan is written anew.");
            return [];
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
            // Those that are set apart are a part of the training images, not of the test images.
            TestLimit = experiment.HeldOut is null ? scale.TestLimit : null,
            HeldOut = experiment.HeldOut,
            Milestones = scale.Milestones(experiment.Milestones, experiment.Epochs),
            Gamma = series.Gamma,
            PartialDecay = series.PartialDecay,
        };
}
