using Padam.MLNet.Backbones;
using Padam.MLNet.Data;

namespace Padam.MLNet;

/// <summary>What an <see cref="ImageFeaturizingEstimator"/> is told. All faults are reported together when it is made.</summary>
public sealed record ImageFeaturizingOptions
{
    /// <summary>The network, a built-in one. The default value is mlnet-resnet18.</summary>
    public Backbone Backbone { get; init; } = Backbone.Parse("mlnet-resnet18");

    /// <summary>
    /// The network's weights: <c>.safetensors</c> with PyTorch's names, or <c>.onnx</c>; with a last layer of any number of classes, or
    /// without one. The default value is null, for mlnet-resnet18 alone: <see cref="PretrainedWeights.MLNetResNet18"/>.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>
    /// The image column: MLImage, the bytes of image files (a variable Vector&lt;Byte&gt;), Vector&lt;Byte,3,H,W&gt; or
    /// Vector&lt;Single,3,H,W&gt;. The default value is "Image".
    /// </summary>
    public string InputColumnName { get; init; } = "Image";

    /// <summary>The column of vectors, Vector&lt;Single&gt;. The default value is "Features".</summary>
    public string OutputColumnName { get; init; } = "Features";

    /// <summary>
    /// The size that pictures are brought to. The default value is null: that of the pretraining, 224 x 224, for networks for photographs;
    /// others need it. Vectors have theirs.
    /// </summary>
    public ImageSize? ImageSize { get; init; }

    /// <summary>
    /// Mean and deviation of each channel. The default value is null: those of the pretraining for networks for photographs; others need
    /// it.
    /// </summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Which value is white in a Vector&lt;Single&gt; column. The default value is 255.</summary>
    public double PixelScale { get; init; } = 255;

    /// <summary>
    /// How pictures become pixels. The default value is <see cref="ImageResize.Crop"/>, as such networks are trained, and else
    /// <see cref="ImagePreprocessing"/>'s defaults.
    /// </summary>
    public ImagePreprocessing Preprocessing { get; init; } = new() { Resize = ImageResize.Crop };

    /// <summary>
    /// Images a forward pass. Vectors are equal to the last bit only at the same value. The default value is 32.
    /// </summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How convolutions are computed on the CPU. The default value is <see cref="ConvolutionAlgorithm.Auto"/>.</summary>
    public ConvolutionAlgorithm ConvolutionAlgorithm { get; init; } = ConvolutionAlgorithm.Auto;

    /// <summary>What is wrong with these options, those of their parts included, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (Backbone is null)
            yield return "Backbone is null; use Backbone.Parse(\"mlnet-resnet18\"), say.";
        else if (Backbone is not BuiltInBackbone)
            yield return $"Backbone is \"{Backbone.Name}\", a registered network: which of its layers is the last is not known.";
        else
        {
            if (Weights is null && Backbone.Pretraining?.Weights is null)
                yield return $"Weights is null; name a file of weights for {Backbone.Name}.";
            if (Normalization is null && Backbone.Pretraining is null)
                yield return $"Normalization is null, and what the weights of {Backbone.Name} were trained with is not known.";
        }

        if (Weights is not null && !File.Exists(Weights))
            yield return $"Weights: the file '{Weights}' does not exist.{MissingPath.Hint(Weights)}";
        if (string.IsNullOrWhiteSpace(InputColumnName))
            yield return "InputColumnName is empty.";
        if (string.IsNullOrWhiteSpace(OutputColumnName))
            yield return "OutputColumnName is empty.";
        if (!(PixelScale > 0) || double.IsInfinity(PixelScale))
            yield return $"PixelScale is {PixelScale}; it must be above 0 (255, or 1 for pixels already scaled).";
        if (BatchSize < 1)
            yield return $"BatchSize is {BatchSize}; it must be at least 1.";
        if (!Enum.IsDefined(ConvolutionAlgorithm))
            yield return $"ConvolutionAlgorithm {ConvolutionAlgorithm} is not known; use "
                + $"{string.Join(", ", Enum.GetNames<ConvolutionAlgorithm>())}.";
        if (Preprocessing is null)
            yield return "Preprocessing is null; use new ImagePreprocessing().";
        foreach (string fault in ImageSize?.Validate() ?? [])
            yield return $"{nameof(ImageSize)}.{fault}";
        foreach (string fault in Preprocessing?.Validate() ?? [])
            yield return $"{nameof(Preprocessing)}.{fault}";
    }
}
