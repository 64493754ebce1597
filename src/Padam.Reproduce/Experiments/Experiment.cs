using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>
/// A grid of runs with a name: every data set x every network x every series. One JSON file; the shipped ones are in Experiments/Files.
/// </summary>
internal sealed record Experiment
{
    public static readonly IReadOnlyList<string> KnownDataSets = ["cifar10", "cifar100", "synthetic"];

    /// <summary>The file's name without .json.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Name { get; init; } = "";

    /// <summary>The file's name where it is one of the user's own; null for a shipped one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? OwnFile { get; init; }

    public required string Title { get; init; }

    /// <summary>By which recipe it is run unless another is asked for; null for the report's.</summary>
    public string? Recipe { get; init; }

    public required IReadOnlyList<string> DataSets { get; init; }

    public required IReadOnlyList<string> Backbones { get; init; }

    public required int Epochs { get; init; }

    /// <summary>
    /// The part of the training images that is set apart, and tested on in place of the test images: for choices that those may not have a
    /// part in.
    /// </summary>
    public double? HeldOut { get; init; }

    /// <summary>Whole epochs after which the learning rate falls.</summary>
    public required IReadOnlyList<int> Milestones { get; init; }

    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>The epochs that the table shows; the last one where there are none.</summary>
    public IReadOnlyList<int> AccuracyAtEpochs { get; init; } = [];

    /// <summary>The curves to draw, of <see cref="ExperimentPlan.FigureNames"/>.</summary>
    public IReadOnlyList<string> Figures { get; init; } = [];

    /// <summary>The same on some of its data sets, in its own order; on all of them where none is named.</summary>
    /// <exception cref="UsageException">It does not have one of them.</exception>
    public Experiment Only(IReadOnlyList<string> dataSets)
    {
        if (dataSets.Except(DataSets).FirstOrDefault() is { } stranger)
            throw new UsageException($"--dataset {stranger}: {Name} has {string.Join(", ", DataSets)}.");
        return dataSets.Count == 0 ? this : this with { DataSets = [.. DataSets.Where(dataSets.Contains)] };
    }
}

/// <summary>One line of a figure: an optimizer and its settings. What is left out is the report's Table 1.</summary>
internal sealed record Series
{
    public required string Name { get; init; }

    public required string Optimizer { get; init; }

    public double? LearningRate { get; init; }

    /// <summary>An experiment whose runs of this optimizer choose the rate.</summary>
    public string? LearningRateFrom { get; init; }

    public double? WeightDecay { get; init; }

    public double? Partial { get; init; }

    public double? Beta1 { get; init; }

    public double? Beta2 { get; init; }

    public bool? DecoupledWeightDecay { get; init; }

    /// <summary>What the learning rate is multiplied by at each milestone; 0.1 where it is left out.</summary>
    public double? Gamma { get; init; }

    public PartialDecay? PartialDecay { get; init; }

    public OptimizerSettings Settings() =>
        new(Optimizer)
        {
            LearningRate = LearningRate,
            WeightDecay = WeightDecay,
            Partial = Partial,
            Beta1 = Beta1,
            Beta2 = Beta2,
            DecoupledWeightDecay = DecoupledWeightDecay,
        };
}
