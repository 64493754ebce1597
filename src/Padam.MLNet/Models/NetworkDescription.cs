using Padam.MLNet.Backbones;
using Padam.MLNet.Data;

namespace Padam.MLNet.Models;

/// <summary>What is kept of a network besides its weights, whatever it answers: which one it is, and how images reach it.</summary>
internal abstract record NetworkDescription
{
    private const int LargestSide = 1 << 14;

    public required string Backbone { get; init; }

    public required BackboneSettings BackboneSettings { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>How pictures become pixels; null in format 1, where they were stretched, not turned, and on black.</summary>
    public PreprocessingDescription? Preprocessing { get; init; }

    public required IReadOnlyList<float> Mean { get; init; }

    public required IReadOnlyList<float> StandardDeviation { get; init; }

    public required double PixelScale { get; init; }

    /// <summary>What the pixels it was trained on were; null where it takes both kinds.</summary>
    public PixelKind? Pixels { get; init; }

    public required string FeatureColumnName { get; init; }

    public required int InferenceBatchSize { get; init; }

    public required ConvolutionAlgorithm ConvolutionAlgorithm { get; init; }

    /// <summary>Bytes of the weights entry; filled in when the model is written.</summary>
    public long WeightsLength { get; init; }

    /// <summary>SHA-256 of the weights entry, lower-case hex; filled in when the model is written.</summary>
    public string WeightsSha256 { get; init; } = "";

    internal ImageShape Shape => new(Height, Width);

    /// <summary>Numbers an image that it answers with.</summary>
    internal abstract int Outputs { get; }

    /// <summary>Classes of the network's last layer.</summary>
    internal abstract int LastLayer { get; }

    internal ImagePreprocessing ReadPreprocessing() => (Preprocessing ?? PreprocessingDescription.OfFormat1).Read();

    internal Normalization Normalization() => new(Mean, StandardDeviation);

    internal PixelMap PixelMap() => new(Normalization(), PixelScale);

    /// <exception cref="ArgumentException">So many images at once are more than an array holds.</exception>
    internal static void RequireBatch(int images, ImageShape shape, int outputs)
    {
        if (images > LargestBatch(shape, outputs))
            throw new ArgumentException(
                $"Batches of {images} images for scoring are too large: of {shape} pixels, at most {LargestBatch(shape, outputs)} go "
                    + "at once. Take a smaller batch size; a small set costs no more for it."
            );
    }

    private static int LargestBatch(ImageShape shape, int outputs) => Array.MaxLength / Math.Max(1, Math.Max(shape.Values, outputs));

    /// <summary>What a description that was read contradicts itself in, before anything of its size is allocated.</summary>
    internal virtual IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Backbone) || BackboneSettings is null)
            yield return "the description names no backbone.";
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
        if (InferenceBatchSize < 1 || InferenceBatchSize > LargestBatch(Shape, Outputs))
            yield return $"batches of {InferenceBatchSize} images are out of range.";
        if (!Enum.IsDefined(ConvolutionAlgorithm))
            yield return "the convolution algorithm is not known.";
        if (string.IsNullOrEmpty(FeatureColumnName))
            yield return "the column of images has no name.";
    }
}
