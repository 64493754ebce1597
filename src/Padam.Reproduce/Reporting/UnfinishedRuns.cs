using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>What of an experiment is not finished, and the command that goes on with it.</summary>
internal static class UnfinishedRuns
{
    public static IEnumerable<Block> Of(ExperimentPlan plan, IReadOnlyList<PlannedRun> runs)
    {
        if (runs.Count == 0)
            yield break;
        yield return new Grid(
            ["series", "network", "data set", "seeds"],
            [
                .. from run in runs
                group run.Settings.Seed by (run.Series, run.Network, run.DataSet) into series
                select (IReadOnlyList<Cell>)
                    [
                        new(series.Key.Series),
                        new(series.Key.Network),
                        new(series.Key.DataSet),
                        new(string.Join(", ", series.Distinct().Order())),
                    ],
            ],
            $"Not finished ({runs.DistinctBy(run => run.Id).Count()})"
        );
        yield return new Paragraph(
            "This goes on, in the folder of this page; FOLDER is where the images are"
                + (plan.OwnFile is { } file ? $", and {file} stands for the path of that file" : "")
                + ". Finished runs are passed over:",
            Small: true
        );
        yield return new CommandLineText(Command(plan, runs));
    }

    private static string Command(ExperimentPlan plan, IReadOnlyList<PlannedRun> runs)
    {
        string seeds = string.Join(',', runs.Select(run => run.Settings.Seed).Distinct().Order()),
            dataSets = string.Join(',', runs.Select(run => run.DataSet).Distinct());
        // Where a scale brings its own images, they are no data set of the experiment.
        string data = Scale.Parse(plan.Scale).DataSet is null ? $" --dataset {dataSets} --data FOLDER" : "";
        return $"padam-reproduce experiment {ShellWord.Of(plan.Asked)} --scale {plan.Scale} --recipe {plan.Recipe}{data} "
            + $"--seeds {seeds} --out .";
    }
}
