using System.Globalization;
using System.Text.Json.Serialization;

namespace Padam.Reproduce.Runs;

/// <summary>One training in full: what decides its outcome. <see cref="RunPlace"/> says where and how it is run.</summary>
internal sealed record RunSettings
{
    public required string DataSet { get; init; }

    /// <summary>fine or coarse, for CIFAR-100; null elsewhere.</summary>
    public string? Labels { get; init; }

    public required string Backbone { get; init; }

    public required OptimizerSettings Optimizer { get; init; }

    public required string Recipe { get; init; }

    public int Epochs { get; init; } = 200;

    public int BatchSize { get; init; } = 128;

    public int Seed { get; init; } = 1;

    public int? TrainLimit { get; init; }

    public int? TestLimit { get; init; }

    /// <summary>
    /// The part of the training images that is set apart, evenly over the classes, and tested on in place of the test images; null for
    /// none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HeldOut { get; init; }

    /// <summary>Whole epochs after which the rate falls to a tenth; null: the recipe's, scaled to the epochs.</summary>
    public IReadOnlyList<int>? Milestones { get; init; }

    /// <summary>What the rate is multiplied by at each milestone; null: a tenth.</summary>
    public double? Gamma { get; init; }

    /// <summary>Padam's p over the training as a factor, or null: it stays.</summary>
    public PartialDecay? PartialDecay { get; init; }

    /// <summary>A safetensors or ONNX file to start from.</summary>
    public string? Weights { get; init; }

    /// <summary>last-layer, last-stage or all of a pretrained network; null for a recipe.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FineTune { get; init; }

    /// <summary>Into how many shares, normalised each by itself, a batch is split; null where it is normalised as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Shares { get; init; }

    /// <summary>What goes beyond the recipe.</summary>
    public Tricks Tricks { get; init; } = new();

    private string Way => FineTune is null ? $"recipe {Recipe}" : $"fine-tuned: {FineTune}";

    /// <summary>The name of a run of these settings.</summary>
    public string Id() => RunIdentity.Of(this).Id;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Backbone} {Optimizer.Name} on {DataSet}, {Way}, {Epochs} epochs, seed {Seed}");
}

/// <summary>
/// How p falls from its first value, as the report proposes for further study: to <paramref name="To"/> times itself at the end.
/// </summary>
/// <param name="Kind">constant, linear or step.</param>
/// <param name="To">The last factor.</param>
internal sealed record PartialDecay(string Kind, double To);
