using System.Text.Json.Serialization;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;

namespace Padam.MLNet.Models;

/// <summary>All that a model is besides its weights; the JSON of a model zip.</summary>
internal sealed record ModelDescription
{
    /// <summary>The newest layout of description and weights that this version writes and reads.</summary>
    internal const int CurrentFormat = 2,
        OldestFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public required string Backbone { get; init; }

    public required BackboneSettings BackboneSettings { get; init; }

    public required int Classes { get; init; }

    /// <summary>What the label's keys stood for in training.</summary>
    public required KeyValues Labels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>Of format 1: whether ImageSize was set. Images of other sizes are stretched when scoring, whatever it says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ResizeImages { get; init; }

    /// <summary>How pictures became pixels; null in format 1, where they were stretched, not turned, and on black.</summary>
    public PreprocessingDescription? Preprocessing { get; init; }

    public required IReadOnlyList<float> Mean { get; init; }

    public required IReadOnlyList<float> StandardDeviation { get; init; }

    public required double PixelScale { get; init; }

    /// <summary>What the pixels it was trained on were; null in format 1, which takes both kinds.</summary>
    public PixelKind? Pixels { get; init; }

    /// <summary>The label's column in training; null in format 1.</summary>
    public string? LabelColumnName { get; init; }

    public required string FeatureColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int InferenceBatchSize { get; init; }

    public required ConvolutionAlgorithm ConvolutionAlgorithm { get; init; }

    /// <summary>How the model came to be, for the reader: optimizer, seed, epochs.</summary>
    public required string Optimizer { get; init; }

    public required int Seed { get; init; }

    public required int Epochs { get; init; }

    /// <summary>Bytes of the weights entry; filled in when the model is written.</summary>
    public long WeightsLength { get; init; }

    /// <summary>SHA-256 of the weights entry, lower-case hex; filled in when the model is written.</summary>
    public string WeightsSha256 { get; init; } = "";

    internal ImageShape Shape => new(Height, Width);

    internal ImagePreprocessing ReadPreprocessing() => (Preprocessing ?? PreprocessingDescription.OfFormat1).Read();

    internal PixelMap PixelMap() => new(new Normalization(Mean, StandardDeviation), PixelScale);

    /// <summary>What a description that was read contradicts itself in, before anything of its size is allocated.</summary>
    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Backbone) || BackboneSettings is null)
            yield return "the description names no backbone.";
        // Each class has at least one weight of four bytes.
        if (Classes < 1 || Classes > WeightsLength / 4)
            yield return $"{Classes} classes do not fit weights of {WeightsLength} bytes.";
        if (Labels is null || (Labels.Values is { } values && values.Count != Classes))
            yield return $"the label has {Labels?.Values?.Count ?? 0} values for {Classes} classes.";
        if (Labels is { Values: not null } && !Labels.IsValid())
            yield return $"the label's values are not of the type {Labels.ItemType}.";
        if (Height is < 1 or > LargestSide || Width is < 1 or > LargestSide)
            yield return $"images of {Height}x{Width} are out of range.";
        if (
            Mean is not { Count: 3 }
            || StandardDeviation is not { Count: 3 }
            || !Mean.All(float.IsFinite)
            || !StandardDeviation.All(d => float.IsFinite(d) && d > 0)
        )
            yield return "the normalisation is not three means and three deviations above 0.";
        if (!(PixelScale > 0) || !double.IsFinite(PixelScale))
            yield return $"the pixel scale {PixelScale} is not above 0.";
        if (Pixels is { } pixels && !Enum.IsDefined(pixels))
            yield return "the kind of its pixels is not known.";
        if (Preprocessing?.Fault() is { } fault)
            yield return fault;
        if (InferenceBatchSize < 1 || InferenceBatchSize > Array.MaxLength / Math.Max(Shape.Values, Classes))
            yield return $"batches of {InferenceBatchSize} images are out of range.";
        if (!Enum.IsDefined(ConvolutionAlgorithm))
            yield return "the convolution algorithm is not known.";
        if (
            string.IsNullOrEmpty(FeatureColumnName)
            || string.IsNullOrEmpty(ScoreColumnName)
            || string.IsNullOrEmpty(PredictedLabelColumnName)
        )
            yield return "a column has no name.";
    }

    private const int LargestSide = 1 << 14;
}
