using Padam.MLNet.Backbones;
using Padam.MLNet.Data;

namespace Padam.MLNet.Persistence;

/// <summary>All that a model is besides its weights; the JSON of a model zip.</summary>
internal sealed record ModelDescription
{
    /// <summary>The newest layout of description and weights that this version writes and reads.</summary>
    internal const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public required string Backbone { get; init; }

    public required BackboneSettings BackboneSettings { get; init; }

    public required int Classes { get; init; }

    /// <summary>What the label's keys stood for in training.</summary>
    public required KeyValues Labels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>Whether MLImages of other sizes are resized (ImageSize was set) or refused.</summary>
    public required bool ResizeImages { get; init; }

    public required IReadOnlyList<float> Mean { get; init; }

    public required IReadOnlyList<float> StandardDeviation { get; init; }

    public required double PixelScale { get; init; }

    public required string FeatureColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int InferenceBatchSize { get; init; }

    /// <summary>How the model came to be, for the reader: optimizer, seed, epochs.</summary>
    public required string Optimizer { get; init; }

    public required int Seed { get; init; }

    public required int Epochs { get; init; }

    internal ImageShape Shape => new(Height, Width);

    internal PixelMap PixelMap() => new(new Normalization(Mean, StandardDeviation), PixelScale);
}
