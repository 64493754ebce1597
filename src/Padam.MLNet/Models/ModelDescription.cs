using System.Text.Json.Serialization;
using Padam.MLNet.Data;

namespace Padam.MLNet.Models;

/// <summary>All that a classifier is besides its weights; the JSON of a model zip.</summary>
internal sealed record ModelDescription : NetworkDescription
{
    /// <summary>The newest layout of description and weights that this version writes and reads.</summary>
    internal const int CurrentFormat = 3,
        OldestFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The views of an image whose logits are averaged; null, and before format 3, for the image alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestTimeAugmentation? TestTimeAugmentation { get; init; }

    public required int Classes { get; init; }

    /// <summary>What the label's keys stood for in training.</summary>
    public required KeyValues Labels { get; init; }

    /// <summary>Of format 1: whether ImageSize was set. Images of other sizes are stretched when scoring, whatever it says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ResizeImages { get; init; }

    /// <summary>The label's column in training; null in format 1.</summary>
    public string? LabelColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    /// <summary>How the model came to be, for the reader: optimizer, seed, epochs.</summary>
    public required string Optimizer { get; init; }

    public required int Seed { get; init; }

    public required int Epochs { get; init; }

    /// <summary>The same with the views given.</summary>
    internal ModelDescription With(TestTimeAugmentation views) =>
        views == MLNet.TestTimeAugmentation.None ? this : this with { TestTimeAugmentation = views };

    internal override int Outputs => Classes;

    internal override int LastLayer => Classes;

    internal override IEnumerable<string> Faults()
    {
        // Each class has at least one weight of four bytes.
        if (Classes < 1 || Classes > WeightsLength / 4)
            yield return $"{Classes} classes do not fit weights of {WeightsLength} bytes.";
        if (TestTimeAugmentation is { } views && !Enum.IsDefined(views))
            yield return "the test-time augmentation is not known.";
        if (Labels is null || (Labels.Values is { } values && values.Count != Classes))
            yield return $"the label has {Labels?.Values?.Count ?? 0} values for {Classes} classes.";
        if (Labels is { Values: not null } && !Labels.IsValid())
            yield return $"the label's values are not of the type {Labels.ItemType}.";
        if (string.IsNullOrEmpty(ScoreColumnName) || string.IsNullOrEmpty(PredictedLabelColumnName))
            yield return "a column has no name.";
        foreach (string fault in base.Faults())
            yield return fault;
    }
}
