using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using Padam.MLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// A classifier that nobody trained, whose answers differ from image to image all the same: the statistics of its normalisations are those
/// of a few images, and its last layer is moved and scaled until the logits of one image and the next are apart. In a trained
/// network depth does not make much of the last bits, in a drawn one it does. So what residual blocks add is small here, and most of what a
/// VGG's layers put out is above 0.
/// </summary>
internal static class MadeUpModel
{
    internal const int Classes = 10;

    /// <summary>A network of each family, with the side of images that is the least trouble.</summary>
    internal static readonly (string Backbone, int Side)[] Families =
    [
        ("vgg-small", 32),
        ("vgg16", 32),
        ("resnet18", 32),
        ("resnet50", 32),
        ("wrn-16-4", 32),
        ("wrn-16-4-report", 32),
        ("airbench94", 32),
        ("imagenet-resnet18", 64),
        ("imagenet-resnet50", 64),
        ("imagenet-vgg11", 64),
        ("mlnet-resnet18", 224),
    ];

    private const int CifarSide = 32,
        CifarBytes = 3 * CifarSide * CifarSide;

    private const double SpreadOfLogits = 0.75;

    private const int ImagesOfStatistics = 32;

    /// <param name="mlContext">The context.</param>
    /// <param name="backbone">The network.</param>
    /// <param name="size">Of its images.</param>
    /// <param name="pixels">What it takes: bytes, or singles whose white is 1.</param>
    /// <param name="views">What is averaged.</param>
    /// <param name="cifar10">Whose images give the statistics; see <see cref="Images"/>.</param>
    /// <param name="classNames">What the classes are called.</param>
    /// <param name="batchSize">Images a forward pass.</param>
    internal static ImageClassificationTransformer Of(
        MLContext mlContext,
        Backbone backbone,
        ImageSize size,
        PixelKind pixels = PixelKind.Bytes,
        TestTimeAugmentation views = TestTimeAugmentation.None,
        string? cifar10 = null,
        string[]? classNames = null,
        int batchSize = 8
    )
    {
        Normalization normalization = backbone.Pretraining?.Normalization ?? Normalization.Cifar10;
        ModelDescription model = new()
        {
            Backbone = backbone.Name,
            BackboneSettings = backbone.Settings,
            Height = size.Height,
            Width = size.Width,
            Mean = normalization.Mean,
            StandardDeviation = normalization.StandardDeviation,
            PixelScale = pixels == PixelKind.Bytes ? byte.MaxValue : 1,
            Pixels = pixels,
            Preprocessing = PreprocessingDescription.Of(new() { Resize = ImageResize.Crop }),
            FeatureColumnName = "Features",
            InferenceBatchSize = batchSize,
            ConvolutionAlgorithm = ConvolutionAlgorithm.Auto,
            Classes = Classes,
            Labels = classNames is null ? KeyValues.None : new(KeyValues.Text, classNames),
            LabelColumnName = "Label",
            ScoreColumnName = "Score",
            PredictedLabelColumnName = "PredictedLabel",
            TestTimeAugmentation = views,
            Optimizer = "none",
            Seed = 1,
            Epochs = 0,
        };
        return new ImageClassificationTransformer(mlContext, model, Network(backbone, Normalized(size, normalization, cifar10)), CPU);
    }

    /// <summary>A featurizer of 32x32 images by vgg-small, whose weights are written to a file.</summary>
    internal static ImageFeaturizingEstimator Featurizer(MLContext mlContext, string weights)
    {
        ImageFeaturizingOptions options = new()
        {
            Backbone = Backbone.Parse("vgg-small"),
            Weights = weights,
            InputColumnName = "Features",
            OutputColumnName = "Vector",
            ImageSize = new(CifarSide, CifarSide),
            Normalization = Normalization.Cifar10,
        };
        using (ImageClassificationTransformer model = Of(mlContext, options.Backbone, new(CifarSide, CifarSide)))
            model.SaveWeights(weights, WeightsFormat.Safetensors);
        return mlContext.Padam().ImageFeaturizer(options);
    }

    /// <summary>Pictures that differ in colour and pattern, CHW; real ones, enlarged, where a folder with CIFAR-10 is given.</summary>
    internal static byte[][] Images(int count, ImageSize size, string? cifar10 = null) =>
        cifar10 is null
            ? [.. Enumerable.Range(1, count).Select(seed => Waves(size, new Random(seed)))]
            :
            [
                .. File.ReadAllBytes(Path.Combine(cifar10, "test_batch.bin"))
                    .Chunk(1 + CifarBytes)
                    .Take(count)
                    .Select(record => Enlarged(record[1..], size)),
            ];

    private static nn.Module<Tensor, Tensor> Network(Backbone backbone, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        manual_seed(1);
        nn.Module<Tensor, Tensor> network = (
            backbone is BuiltInBackbone ? backbone.With(backbone.Settings with { BatchNormMomentum = 1 }) : backbone
        ).Build(Classes);
        if (network.named_buffers().FirstOrDefault(entry => entry.name == MeanImage.StateName).buffer is { } mean)
            mean.uniform_(100, 130);
        foreach (var last in network.modules().OfType<ResidualBlock>().Select(block => block.Pairs.Last().Norm))
            last.Weight.fill_(0.3);
        foreach (var norm in network.modules().OfType<VggFeatures>().SelectMany(features => features.Pairs))
            norm.Norm.Bias.fill_(1);
        network.ToChannelsLast();
        network.Use(ConvolutionAlgorithm.Auto);
        // TorchSharp's own normalisation makes a number that nothing holds where it trains; as it begins, it serves as well.
        foreach (var norm in network.modules().OfType<TorchSharp.Modules.BatchNorm2d>())
            norm.eval();
        network.LogitsOf(images, Classes);
        network.eval();
        Tensor logits = network.LogitsOf(images, Classes);
        double factor = SpreadOfLogits / logits.std(dim: 0).mean().item<float>();
        // The dense layer, ours or TorchSharp's, is the last: its weight, and its bias where it has one.
        Tensor[] parameters = [.. network.parameters()];
        parameters.Last(parameter => parameter.dim() == 2).mul_(factor);
        if (parameters[^1].dim() == 1)
            parameters[^1].sub_(logits.mean([0])).mul_(factor);
        return network;
    }

    private static Tensor Normalized(ImageSize size, Normalization normalization, string? cifar10)
    {
        byte[][] images = Images(ImagesOfStatistics, size, cifar10);
        Tensor pixels = tensor(images.SelectMany(image => image).Select(value => value / 255f).ToArray());
        return (pixels.view(images.Length, 3, size.Height, size.Width) - PerChannel(normalization.Mean))
            / PerChannel(normalization.StandardDeviation);

        static Tensor PerChannel(IReadOnlyList<float> numbers) => tensor(numbers.ToArray()).view(1, 3, 1, 1);
    }

    private static byte[] Waves(ImageSize size, Random random)
    {
        byte[] chw = new byte[3 * size.Height * size.Width];
        for (int channel = 0; channel < 3; channel++)
        {
            double ground = random.Next(60, 200),
                height = random.Next(20, 60),
                down = 20 * random.NextDouble() / size.Height,
                across = 20 * random.NextDouble() / size.Width;
            for (int at = 0; at < size.Height * size.Width; at++)
            {
                (int row, int column) = Math.DivRem(at, size.Width);
                double wave = height * Math.Sin((down * row) + (across * column));
                chw[(channel * size.Height * size.Width) + at] = (byte)Math.Clamp(ground + wave + random.Next(-20, 20), 0, 255);
            }
        }

        return chw;
    }

    private static byte[] Enlarged(byte[] chw, ImageSize size)
    {
        const int side = CifarSide;
        byte[] larger = new byte[3 * size.Height * size.Width];
        for (int at = 0; at < larger.Length; at++)
        {
            (int line, int column) = Math.DivRem(at, size.Width);
            (int channel, int row) = Math.DivRem(line, size.Height);
            larger[at] = chw[(channel * side * side) + (row * side / size.Height * side) + (column * side / size.Width)];
        }

        return larger;
    }
}
