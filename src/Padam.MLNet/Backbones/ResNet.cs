using Padam.MLNet.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;
using Sequential = TorchSharp.Modules.Sequential;

namespace Padam.MLNet.Backbones;

/// <summary>What a residual network's layers are besides its blocks: those of the two codebases whose weights are taken.</summary>
/// <param name="StemKernel">Height and width of the first convolution's filters.</param>
/// <param name="StemStride">Its stride.</param>
/// <param name="StemPools">Whether 3x3 max pooling of stride 2 follows it.</param>
/// <param name="Shortcut">Name of a block's shortcut.</param>
/// <param name="LastLayer">Name of the linear layer.</param>
internal sealed record ResNetLayout(int StemKernel, int StemStride, bool StemPools, string Shortcut, string LastLayer)
{
    /// <summary>For 32x32 images, as in the authors' <c>models/resnet.py</c>.</summary>
    public static ResNetLayout SmallImages { get; } = new(3, 1, false, "shortcut", "linear");

    /// <summary>
    /// For photographs, as in torchvision's <c>models/resnet.py</c>, whose bottlenecks have their stride on the 3x3 as well.
    /// </summary>
    public static ResNetLayout Photographs { get; } = new(7, 2, true, "downsample", "fc");
}

/// <summary>
/// ResNet (He et al., 2016): <c>conv1, bn1</c>, four stages <c>layer1..4</c> of which three halve the map, pooling over the whole map, and
/// a linear layer; on request, <c>input</c> takes off a mean image first.
/// </summary>
internal sealed class ResNet : Network, IFoldable
{
    /// <summary>The layers before the last one, by name, from stage to stage.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> StageNames =
    [
        ["conv1", "bn1"],
        ["layer1"],
        ["layer2"],
        ["layer3"],
        ["layer4"],
    ];

    private readonly ResNetLayout layout;
    private readonly MeanImage? input;
    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly List<Sequential> stages = [];

    public ResNet(ResNetLayout layout, bool bottleneck, int[] blocks, int classes, BackboneSettings settings, MeanImage? input = null)
        : base(nameof(ResNet))
    {
        (this.layout, this.input) = (layout, input);
        if (input is not null)
            register_module(MeanImage.Name, input);
        long channels = 64;
        register_module(nameof(conv1), conv1 = Convolution.ForBackbone(3, channels, layout.StemKernel, layout.StemStride));
        register_module(nameof(bn1), bn1 = settings.BatchNorm(channels));
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            stages.Add(nn.Sequential());
            for (int block = 0; block < blocks[stage]; block++)
            {
                long width = 64L << stage;
                int stride = stage > 0 && block == 0 ? 2 : 1;
                stages[^1]
                    .append(
                        $"{block}",
                        bottleneck
                            ? ResidualBlock.Bottleneck(channels, width, stride, layout.Shortcut, settings)
                            : ResidualBlock.Basic(channels, width, stride, layout.Shortcut, settings)
                    );
                channels = bottleneck ? width * ResidualBlock.Expansion : width;
            }

            register_module($"layer{stage + 1}", stages[^1]);
        }

        LastLayer = new Dense(channels, classes);
        register_module(layout.LastLayer, LastLayer);
        Initializer.Draw(this, settings.Initialization);
    }

    public IEnumerable<(Convolution, BatchNorm)> Pairs => [(conv1, bn1)];

    internal override Dense LastLayer { get; }

    internal override IReadOnlyList<Stage> Stages => [new([conv1, bn1], Stem, ExportStem), .. stages.Select(Stage.Of), Stage.Mean];

    private Tensor Stem(Tensor images)
    {
        Tensor map = bn1.After(conv1, input?.forward(images) ?? images, activation: Activation.Relu);
        return layout.StemPools ? max_pool2d(map, kernel_size: 3, stride: 2, padding: 1) : map;
    }

    private GraphValue ExportStem(IGraphBuilder graph, GraphValue images)
    {
        GraphValue centred = input is null ? images : graph.Module(input, images),
            map = bn1.ExportAfter(conv1, graph, centred, activation: Activation.Relu);
        return layout.StemPools ? graph.MaxPool(map, KernelWindow.Square(3, stride: 2, padding: 1)) : map;
    }
}
