using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet;

/// <summary>
/// Options for a training that starts from pretrained weights: ordinary <see cref="ImageClassificationOptions"/>, to be read and changed.
/// They fit data from <see cref="PadamCatalog.LoadImageFolder"/> as they are (the images are in the column Image). Pictures are cropped to
/// the size of the pretraining, 224 x 224, and normalised as there. Frozen layers that no augmentation comes before run once over all
/// images, and what they make is kept, so that an epoch is quick.
/// </summary>
public static class FineTune
{
    /// <summary>
    /// The last layer alone learns: quick, and hard to spoil, where images are few. 60 epochs of AdamW with a rate that falls from 0.003 as
    /// a cosine, at a weight decay of 0.01.
    /// </summary>
    /// <param name="backbone">A network for photographs: mlnet-resnet18, imagenet-resnet50, ...</param>
    /// <param name="weights">
    /// A file of its pretrained weights. The default value is null, for mlnet-resnet18 alone: those of ML.NET's package.
    /// </param>
    /// <exception cref="ArgumentException">The network is none for photographs, or no weights are known for it.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there; the message says which.</exception>
    public static ImageClassificationOptions LastLayer(string backbone, string? weights = null)
    {
        (ImageClassificationOptions options, Pretraining pretraining) = Start(backbone, weights);
        options.FrozenLayers = [.. pretraining.Stages.SelectMany(stage => stage)];
        options.Optimizer = new AdamWOptions { LearningRate = 3e-3, WeightDecay = 0.01 };
        (options.Epochs, options.Schedule) = (60, Schedule.Cosine());
        return options;
    }

    /// <summary>
    /// The last stage (of a ResNet layer4, of a VGG the linear layers) and the last layer learn: better where there are some dozen images a
    /// class. 15 epochs of AdamW with a rate that rises in half an epoch to 0.001, for the last stage to a tenth of it, and falls as a
    /// cosine, at a weight decay of 0.01.
    /// </summary>
    /// <param name="backbone">A network for photographs: mlnet-resnet18, imagenet-resnet50, ...</param>
    /// <param name="weights">
    /// A file of its pretrained weights. The default value is null, for mlnet-resnet18 alone: those of ML.NET's package.
    /// </param>
    /// <exception cref="ArgumentException">The network is none for photographs, or no weights are known for it.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there; the message says which.</exception>
    public static ImageClassificationOptions LastStage(string backbone, string? weights = null)
    {
        (ImageClassificationOptions options, Pretraining pretraining) = Start(backbone, weights);
        options.FrozenLayers = [.. pretraining.Stages.SkipLast(1).SelectMany(stage => stage)];
        options.Optimizer = new AdamWOptions
        {
            LearningRate = 1e-3,
            WeightDecay = 0.01,
            Rules = [.. pretraining.Stages[^1].Select(layer => ParameterRule.For($"{layer}.*", rate: 0.1))],
        };
        (options.Epochs, options.Schedule) = (15, Schedule.Cosine().WithWarmup(0.5));
        return options;
    }

    /// <summary>
    /// All layers learn, and images are moved and mirrored: for hundreds of images a class, and time. 15 epochs of AdamW with a rate that
    /// rises in half an epoch to 0.001, three quarters of it in each layer before the last, and falls as a cosine, at a weight decay of
    /// 0.01.
    /// </summary>
    /// <param name="backbone">A network for photographs: mlnet-resnet18, imagenet-resnet50, ...</param>
    /// <param name="weights">
    /// A file of its pretrained weights. The default value is null, for mlnet-resnet18 alone: those of ML.NET's package.
    /// </param>
    /// <exception cref="ArgumentException">The network is none for photographs, or no weights are known for it.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there; the message says which.</exception>
    public static ImageClassificationOptions All(string backbone, string? weights = null)
    {
        (ImageClassificationOptions options, _) = Start(backbone, weights);
        options.Augmentation = new Augmentation(CropPadding: 16, Flip: true);
        options.Optimizer = new AdamWOptions
        {
            LearningRate = 1e-3,
            WeightDecay = 0.01,
            Rules = [ParameterRule.LayerDecay(0.75)],
        };
        (options.Epochs, options.Schedule) = (15, Schedule.Cosine().WithWarmup(0.5));
        return options;
    }

    private static (ImageClassificationOptions, Pretraining) Start(string backbone, string? weights)
    {
        Backbone network = Backbone.Parse(backbone);
        Pretraining pretraining =
            network.Pretraining
            ?? throw new ArgumentException(
                $"{network.Name} is no network for photographs; use mlnet-resnet18, or one whose name begins with imagenet-.",
                nameof(backbone)
            );
        string file =
            weights
            ?? pretraining.Weights?.Invoke()
            ?? throw new ArgumentException($"Name a file of pretrained weights for {network.Name}.", nameof(weights));
        var options = new ImageClassificationOptions
        {
            FeatureColumnName = "Image",
            Backbone = network,
            InitialWeights = file,
            ImageSize = pretraining.Size,
            Preprocessing = new() { Resize = ImageResize.Crop },
            BatchSize = 32,
            InferenceBatchSize = 32,
        };
        return (options, pretraining);
    }
}
