using System.Globalization;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>
/// Learning rates that an experiment takes from the runs of another: of each optimizer the rate whose run has the best accuracy after its
/// last epoch, the lower one of two that are level.
/// </summary>
internal static class ChosenRates
{
    // The grid's.
    private const int Seed = 1;

    /// <summary>The experiment with its rates in place.</summary>
    /// <param name="experiment">Where series name an experiment in place of a rate.</param>
    /// <param name="scale">Of both.</param>
    /// <param name="recipe">Of both.</param>
    /// <param name="output">The folder in which the other one's runs are finished.</param>
    /// <exception cref="CommandException">They are not, or all of an optimizer diverged.</exception>
    public static Experiment In(Experiment experiment, Scale scale, Recipe recipe, string output)
    {
        var finished = experiment
            .Series.Select(series => series.LearningRateFrom)
            .OfType<string>()
            .Distinct()
            .ToDictionary(grid => grid, grid => Runs(experiment.Name, grid, scale, recipe, output));
        return experiment with
        {
            Series =
            [
                .. experiment.Series.Select(series =>
                    series.LearningRateFrom is { } grid
                        ? series with
                        {
                            LearningRateFrom = null,
                            LearningRate = Best(finished[grid], series.Optimizer, grid),
                        }
                        : series
                ),
            ],
        };
    }

    /// <summary>Why a series cannot take its rate from the experiment that it names.</summary>
    public static IEnumerable<string> Faults(Experiment experiment, Series series)
    {
        if (series.LearningRateFrom is not { } name)
            yield break;
        if (series.LearningRate is not null)
            yield return "learningRate and learningRateFrom exclude each other.";
        if (!ExperimentFile.ShippedNames.Contains(name))
        {
            yield return $"learningRateFrom: there is no experiment '{name}'. Known are {string.Join(", ", ExperimentFile.ShippedNames)}.";
            yield break;
        }

        var grid = ExperimentFile.Shipped(name);
        if (grid.Series.All(other => other.Optimizer != series.Optimizer || other.LearningRate is null))
            yield return $"learningRateFrom: {name} tries no rates of {series.Optimizer}.";
        if (!IsOf(experiment, grid))
            yield return $"learningRateFrom: {name} is for {grid.Backbones[0]} on {grid.DataSets[0]} alone.";
    }

    private static bool IsOf(Experiment experiment, Experiment grid) =>
        experiment.DataSets.SequenceEqual(grid.DataSets.Take(1)) && experiment.Backbones.SequenceEqual(grid.Backbones.Take(1));

    private static (PlannedRun Run, RunSummary Summary)[] Runs(string experiment, string grid, Scale scale, Recipe recipe, string output)
    {
        ExperimentPlan plan = new RunIndex(output).Locate(Planning.Of(ExperimentFile.Shipped(grid), scale, recipe, [Seed]));
        (PlannedRun Run, RunSummary Summary)[] finished =
        [
            .. plan.Runs.Select(run => (run, FinishedRun.Read(run.Files(output))?.Summary!)).Where(run => run.Item2 is not null),
        ];
        return finished.Length == plan.Runs.Count
            ? finished
            : throw new CommandException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{experiment} takes its rates from {grid}, of which '{output}' has {finished.Length} of {plan.Runs.Count} runs. Run "
                        + $"`experiment {grid} --scale {scale.Name} --recipe {recipe.Name} --out {output}` first."
                )
            );
    }

    private static double Best(IEnumerable<(PlannedRun Run, RunSummary Summary)> runs, string optimizer, string grid) =>
        runs.Where(run => run.Run.Settings.Optimizer.Name == optimizer && run.Summary.TestAccuracy is not null)
            .OrderByDescending(run => run.Summary.TestAccuracy)
            .ThenBy(run => run.Run.Settings.Optimizer.LearningRate)
            .Select(run => run.Run.Settings.Optimizer.LearningRate)
            .FirstOrDefault()
        ?? throw new CommandException($"{grid} chooses no rate of {optimizer}: all its runs of it diverged.");
}
