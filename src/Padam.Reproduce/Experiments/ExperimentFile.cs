using System.Text.Json;
using System.Text.Json.Serialization;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Experiments;

/// <summary>Reads experiments: the shipped ones by name, the user's by path. Every fault is said with its line.</summary>
internal static class ExperimentFile
{
    private const string ResourcePrefix = "Experiments/";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static IReadOnlyList<string> ShippedNames { get; } =
    [
        .. typeof(ExperimentFile)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[ResourcePrefix.Length..]))
            .Order(StringComparer.Ordinal),
    ];

    public static Experiment Shipped(string name)
    {
        using Stream stream =
            typeof(ExperimentFile).Assembly.GetManifestResourceStream($"{ResourcePrefix}{name}.json")
            ?? throw new CommandException(
                $"There is no experiment '{name}'. Known are {string.Join(", ", ShippedNames)}; or name a file that ends in .json."
            );
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(bytes.ToArray(), $"{name}.json");
    }

    /// <exception cref="CommandException">The file is missing, is no JSON, or describes no experiment that can be run.</exception>
    public static Experiment Read(string path)
    {
        if (!File.Exists(path))
            throw new CommandException($"There is no file '{path}'.");
        return Parse(File.ReadAllBytes(path), path);
    }

    public static Experiment Parse(byte[] utf8, string path)
    {
        try
        {
            Experiment experiment = JsonSerializer.Deserialize<Experiment>(utf8, Json) ?? throw new JsonException("It is null.", "$", 0, 0);
            JsonLines lines = JsonLines.Of(utf8, Json);
            string[] faults = [.. Faults(experiment).Select(fault => $"{path}, line {lines[fault.Where]}: {fault.What}")];
            return faults.Length == 0
                ? experiment with
                {
                    Name = Path.GetFileNameWithoutExtension(path),
                }
                : throw new CommandException(string.Join(Environment.NewLine, faults));
        }
        catch (JsonException fault)
        {
            string what = fault.Message.Split(" Path: ", 2)[0];
            throw new CommandException($"{path}, line {fault.LineNumber + 1 ?? 1}: {what}", fault);
        }
    }

    /// <summary>What is wrong and where, as a path of the JSON.</summary>
    private static IEnumerable<(string Where, string What)> Faults(Experiment experiment)
    {
        if (experiment.Title.Length == 0)
            yield return ("$.title", "The title is empty.");
        if (experiment.Epochs < 1)
            yield return ("$.epochs", $"epochs is {experiment.Epochs}; it must be 1 or more.");
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
            if (!Experiment.FigureNames.Contains(figure))
                yield return ($"$.figures[{i}]", $"There is no figure '{figure}'. Known are {string.Join(", ", Experiment.FigureNames)}.");
        foreach ((int i, Series series) in experiment.Series.Index())
        foreach (string fault in Faults(series, experiment.Series.Take(i)))
            yield return ($"$.series[{i}]", fault);
    }

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
