using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>What the finished runs of a plan came to: by data set and network, then by series.</summary>
/// <param name="Plan">What was planned.</param>
/// <param name="Groups">A table and its figures each.</param>
/// <param name="Finished">Runs that are finished, of the plan's.</param>
/// <param name="Unfinished">Runs of the plan that are not finished, or were not begun.</param>
/// <param name="Damaged">What is wrong with those whose files cannot be read; they are left out.</param>
internal sealed record ExperimentResults(
    ExperimentPlan Plan,
    IReadOnlyList<ResultGroup> Groups,
    int Finished,
    IReadOnlyList<PlannedRun> Unfinished,
    IReadOnlyList<string> Damaged
)
{
    /// <summary>Finished runs that diverged.</summary>
    public int Diverged => Groups.SelectMany(group => group.Series).Sum(series => series.Diverged.Count());

    /// <summary>How far it is: "8 of 12 runs finished, 1 of them diverged".</summary>
    public string Progress =>
        $"{Finished} of {Plan.Runs.Count} runs finished"
        + (Diverged > 0 ? $", {Diverged} of them diverged" : "")
        + (Damaged.Count > 0 ? $", {Damaged.Count} damaged" : "");

    public static ExperimentResults Gather(ExperimentPlan plan, string output)
    {
        var finished = new List<RunResult>();
        var unfinished = new List<PlannedRun>();
        var damaged = new List<string>();
        foreach (PlannedRun run in plan.Runs)
        {
            try
            {
                if (FinishedRun.Read(run.Files(output)) is { } files)
                    finished.Add(new RunResult(run, files.Log, files.Summary));
                else
                    unfinished.Add(run);
            }
            catch (CommandException fault)
            {
                damaged.Add(fault.Message);
            }
        }

        return new ExperimentResults(
            plan,
            [
                .. from run in finished
                group run by (run.Run.DataSet, run.Run.Network, run.Run.Settings.Backbone) into place
                select ResultGroup.Of(place.Key.DataSet, place.Key.Network, place.Key.Backbone, place),
            ],
            finished.Count,
            unfinished,
            damaged
        );
    }
}

/// <summary>One data set and one network.</summary>
/// <param name="DataSet">The data set.</param>
/// <param name="Network">As the experiment names it.</param>
/// <param name="StandIn">The network that was trained: the same, the report's own, or a smaller one.</param>
/// <param name="Series">The curves.</param>
/// <param name="Twins">Series of the very runs of one of these, which are not shown again: their names, and of which.</param>
internal sealed record ResultGroup(
    string DataSet,
    string Network,
    string StandIn,
    IReadOnlyList<ResultSeries> Series,
    IReadOnlyList<(string Name, string Of)> Twins
)
{
    public static ResultGroup Of(string dataSet, string network, string standIn, IEnumerable<RunResult> runs)
    {
        ILookup<string, ResultSeries> alike = runs.GroupBy(run => run.Run.Series)
            .Select(series => new ResultSeries(
                series.Key,
                series.First().Run.Settings.Optimizer.Name,
                // One run that is asked for twice is still one.
                [.. series.DistinctBy(run => run.Run.Id)]
            ))
            .ToLookup(series => string.Join(' ', series.Runs.Select(run => run.Run.Id).Order(StringComparer.Ordinal)));
        return new ResultGroup(
            dataSet,
            network,
            standIn,
            [.. alike.Select(series => series.First())],
            [.. alike.SelectMany(series => series.Skip(1).Select(twin => (twin.Name, series.First().Name)))]
        );
    }

    public string Name => Network == StandIn ? $"{Network} on {DataSet}" : $"{StandIn} in place of {Network}, on {DataSet}";
}

/// <summary>The runs of one curve, a seed each.</summary>
internal sealed record ResultSeries(string Name, string Optimizer, IReadOnlyList<RunResult> Runs)
{
    /// <summary>A value over the seeds at an epoch from 0, over those runs that have it.</summary>
    public Spread? At(int epoch, Func<LogRow, double> value) =>
        Spread.Of([.. Runs.Where(run => run.Log.Count > epoch).Select(run => value(run.Log[epoch]))]);

    /// <summary>The mean accuracy over classes after an epoch from 1, over those seeds that know it; null where none does.</summary>
    public double? MacroAt(int epoch) =>
        Runs.Select(run => run.Summary.ByEpoch?.FirstOrDefault(record => record.Epoch == epoch)?.TestMacroAccuracy).Average();

    public int Epochs => Runs.Max(run => run.Log.Count);

    /// <summary>The divergences of those runs that did not reach their end.</summary>
    public IEnumerable<Divergence> Diverged => Runs.Select(run => run.Summary.Diverged).OfType<Divergence>();
}

/// <summary>A finished run: its plan, its log, its summary. The log of one that diverged ends before that epoch.</summary>
internal sealed record RunResult(PlannedRun Run, IReadOnlyList<LogRow> Log, RunSummary Summary);

/// <summary>Mean and sample standard deviation over seeds; the deviation of one seed is not known.</summary>
internal sealed record Spread(double Mean, double? Deviation, int Count)
{
    public static Spread? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;
        double mean = values.Average();
        return new Spread(
            mean,
            values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null,
            values.Count
        );
    }
}
