using Padam.MLNet.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;
using Dropout = TorchSharp.Modules.Dropout;

namespace Padam.MLNet.Backbones;

/// <summary>
/// VGG for photographs, with batch normalisation, as <c>vgg*_bn</c> in torchvision's <c>models/vgg.py</c>: <c>features</c>, average pooling
/// to 7x7 whatever the size, and three linear layers, <c>classifier.0</c>, <c>.3</c> and <c>.6</c>, with dropout in training.
/// </summary>
internal sealed class ImageNetVgg : Network
{
    private const int Side = 7,
        Hidden = 4096;

    private readonly VggFeatures features;
    private readonly Dense first,
        second,
        last;
    private readonly Dropout afterFirst = nn.Dropout(0.5),
        afterSecond = nn.Dropout(0.5);

    public ImageNetVgg(int[] convolutions, int classes, BackboneSettings settings)
        : base(nameof(ImageNetVgg))
    {
        register_module(nameof(features), features = new VggFeatures(convolutions, settings, forSmallImages: false));
        first = new Dense(features.Channels * Side * Side, Hidden);
        second = new Dense(Hidden, Hidden);
        last = new Dense(Hidden, classes);
        // Under the indices that they have among torchvision's layers, which count ReLU too.
        register_module("classifier", nn.Sequential(("0", first), ("2", afterFirst), ("3", second), ("5", afterSecond), ("6", last)));
        Initializer.Draw(this, settings.Initialization);
    }

    /// <summary>The layers before the last one, by name, from stage to stage.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> StageNames(int[] convolutions) =>
        [
            .. VggFeatures.LayerNames(convolutions).Select(block => block.Select(name => $"{nameof(features)}.{name}").ToArray()),
            ["classifier.0", "classifier.3"],
        ];

    internal override Dense LastLayer => last;

    internal override IReadOnlyList<Stage> Stages =>
        [
            .. features.Stages,
            new(
                [],
                map => adaptive_avg_pool2d(map, [Side, Side]).flatten(1),
                (graph, map) => graph.Flatten(graph.AveragePoolTo(map, Side, Side))
            ),
            HiddenStage(first, afterFirst),
            HiddenStage(second, afterSecond),
        ];

    private static Stage HiddenStage(Dense dense, Dropout dropout) =>
        new(
            [dense, dropout],
            vectors => dropout.forward(dense.forward(vectors).relu_()),
            (graph, vectors) => graph.Activated(graph.Module(dense, vectors), Activation.Relu)
        );
}
