using Padam.MLNet.Backbones;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>What makes an experiment one that cannot be run, although its file can be read.</summary>
internal static class ExperimentFaults
{
    /// <summary>What is wrong and where, as a path of the JSON.</summary>
    public static IEnumerable<(string Where, string What)> Of(Experiment experiment) =>
        Nulls(experiment).ToList() is { Count: > 0 } nulls ? nulls : InValues(experiment);

    private static IEnumerable<(string Where, string What)> InValues(Experiment experiment)
    {
        if (string.IsNullOrWhiteSpace(experiment.Title))
            yield return ("$.title", "The title is empty.");
        if (experiment.Epochs < 1)
            yield return ("$.epochs", $"epochs is {experiment.Epochs}; it must be 1 or more.");
        if (experiment.Recipe is { } recipe && !Recipe.Names.Contains(recipe))
            yield return ("$.recipe", $"There is no recipe '{recipe}' for experiments. Use {string.Join(" or ", Recipe.Names)}.");
        if (experiment.HeldOut is { } part && part is not (> 0 and <= 0.5))
            yield return ("$.heldOut", $"heldOut is {part}; it must be above 0 and at most 0.5.");
        if (experiment.DataSets.Count == 0)
            yield return ("$.dataSets", "dataSets is empty.");
        if (experiment.Backbones.Count == 0)
            yield return ("$.backbones", "backbones is empty.");
        if (experiment.Series.Count == 0)
            yield return ("$.series", "series is empty.");
        foreach ((int i, string name) in experiment.DataSets.Index())
            if (!Experiment.KnownDataSets.Contains(name))
                yield return (
                    $"$.dataSets[{i}]",
                    $"There is no data set '{name}' for experiments. Use {string.Join(", ", Experiment.KnownDataSets)}."
                );
        foreach ((int i, string name) in experiment.Backbones.Index())
            if (Fault(() => Backbone.Parse(name)) is { } fault)
                yield return ($"$.backbones[{i}]", fault);
        foreach ((int i, int milestone) in experiment.Milestones.Index())
            if (milestone < 1 || milestone >= experiment.Epochs || (i > 0 && milestone <= experiment.Milestones[i - 1]))
                yield return (
                    $"$.milestones[{i}]",
                    $"The milestone {milestone} must be above the one before it, at least 1 and below epochs ({experiment.Epochs})."
                );
        foreach ((int i, int epoch) in experiment.AccuracyAtEpochs.Index())
            if (epoch < 1 || epoch > experiment.Epochs)
                yield return ($"$.accuracyAtEpochs[{i}]", $"Epoch {epoch} is not among the {experiment.Epochs}.");
        foreach ((int i, string figure) in experiment.Figures.Index())
            if (!ExperimentPlan.FigureNames.Contains(figure))
                yield return (
                    $"$.figures[{i}]",
                    $"There is no figure '{figure}'. Known are {string.Join(", ", ExperimentPlan.FigureNames)}."
                );
        foreach ((int i, Series series) in experiment.Series.Index())
        foreach (string fault in Faults(series, experiment.Series.Take(i)).Concat(ChosenRates.Faults(experiment, series)))
            yield return ($"$.series[{i}]", fault);
        foreach ((string where, string what) in Repetitions(experiment))
            yield return (where, what);
    }

    /// <summary>JSON's null where a list has a name or a series: the only null that the reader itself lets through.</summary>
    private static IEnumerable<(string Where, string What)> Nulls(Experiment experiment) =>
        from list in new (string Name, IEnumerable<object?> Items)[]
        {
            ("dataSets", experiment.DataSets),
            ("backbones", experiment.Backbones),
            ("series", experiment.Series),
            ("figures", experiment.Figures),
        }
        from item in list.Items.Index()
        where item.Item is null
        select ($"$.{list.Name}[{item.Index}]", $"An entry of {list.Name} is null.");

    /// <summary>What is asked for twice would be one run, and look like two.</summary>
    private static IEnumerable<(string Where, string What)> Repetitions(Experiment experiment) =>
        from list in new (string Name, IEnumerable<string> Items)[]
        {
            ("dataSets", experiment.DataSets),
            ("backbones", experiment.Backbones.Select(NetworkOf)),
            ("figures", experiment.Figures),
            ("accuracyAtEpochs", experiment.AccuracyAtEpochs.Select(epoch => $"{epoch}")),
        }
        let items = list.Items.ToList()
        from item in items.Index()
        where items.IndexOf(item.Item) < item.Index
        select ($"$.{list.Name}[{item.Index}]", $"'{item.Item}' stands twice in {list.Name}.");

    /// <summary>Names that differ in their letters' case are one network.</summary>
    private static string NetworkOf(string name) => Fault(() => Backbone.Parse(name)) is null ? Backbone.Parse(name).Name : name;

    private static IEnumerable<string> Faults(Series series, IEnumerable<Series> before)
    {
        if (series.Name.Length == 0)
            yield return "The series has no name.";
        if (before.Any(other => other.Name == series.Name))
            yield return $"There are two series '{series.Name}'.";
        if (Fault(() => series.Settings().Options()) is { } fault)
            yield return fault;
        if (series.Gamma is { } gamma && gamma is not (> 0 and <= 1))
            yield return $"gamma is {gamma}; it must be above 0 and at most 1.";
        if (series.PartialDecay is not { } decay)
            yield break;
        if (series.Optimizer != "padam")
            yield return "Only padam has a p to decay.";
        if (decay.Kind is not ("constant" or "linear" or "step"))
            yield return $"The decay of p '{decay.Kind}' is not known: use constant, linear or step.";
        if (decay.To is not (>= 0 and <= 1))
            yield return $"p cannot decay to {decay.To} times itself; use 0 to 1.";
        if (decay is { Kind: "step", To: 0 })
            yield return "p cannot fall to 0 in a step; use a number above 0, or the kind linear.";
    }

    private static string? Fault(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (ArgumentException fault)
        {
            return fault.ParamName is { } name
                ? fault.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
                : fault.Message;
        }
    }
}
