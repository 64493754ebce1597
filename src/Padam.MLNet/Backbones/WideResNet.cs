using Padam.MLNet.Layers;
using static TorchSharp.torch;
using Sequential = TorchSharp.Modules.Sequential;

namespace Padam.MLNet.Backbones;

/// <summary>
/// The post-activation wide residual network: <c>conv1, bn1, layer1..3, fc</c>, three stages of (depth - 4) / 6 basic blocks
/// (Zagoruyko and Komodakis, 2016, but with the stem as wide as the first stage), and pooling over the whole map at the end.
/// </summary>
internal sealed class WideResNet : Network, IFoldable
{
    /// <summary>Two of the three stages halve the map.</summary>
    public const int TotalStride = 4;

    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly List<Sequential> stages = [];
    private readonly Dense fc;

    private WideResNet(int blocks, long[] widths, int classes, BackboneSettings settings, bool report)
        : base(nameof(WideResNet))
    {
        long channels = widths[0];
        register_module(nameof(conv1), conv1 = Convolution.ForBackbone(3, channels, kernel: 3, bias: report));
        register_module(nameof(bn1), bn1 = settings.BatchNorm(channels));
        for (int stage = 0; stage < widths.Length; stage++)
        {
            stages.Add(nn.Sequential());
            for (int block = 0; block < blocks; block++)
            {
                stages[^1]
                    .append(
                        $"{block}",
                        ResidualBlock.Basic(channels, widths[stage], stage > 0 && block == 0 ? 2 : 1, "downsample", settings, report)
                    );
                channels = widths[stage];
            }

            register_module($"layer{stage + 1}", stages[^1]);
        }

        register_module(nameof(fc), fc = new Dense(channels, classes));
        Initializer.Draw(this, settings.Initialization, wide: true);
    }

    /// <summary>
    /// As in the authors' <c>models/wideresnet.py</c>: stages of 16, 32 and 64 channels, each times <paramref name="widen"/>.
    /// </summary>
    public static WideResNet OfAuthors(int depth, int widen, int classes, BackboneSettings settings) =>
        new((depth - 4) / 6, [16L * widen, 32L * widen, 64L * widen], classes, settings, report: false);

    /// <summary>
    /// As in the report's <c>wide_resnet.py</c>: biases, no batch normalisation on the shortcut, and 128 channels in the third stage too.
    /// </summary>
    public static WideResNet OfReport(int classes, BackboneSettings settings) => new(2, [64, 128, 128], classes, settings, report: true);

    public IEnumerable<(Convolution, BatchNorm)> Pairs => [(conv1, bn1)];

    internal override Dense LastLayer => fc;

    internal override IReadOnlyList<Stage> Stages =>
        [
            new(
                [conv1, bn1],
                images => bn1.After(conv1, images, activation: Activation.Relu),
                (graph, images) => bn1.ExportAfter(conv1, graph, images, activation: Activation.Relu)
            ),
            .. stages.Select(Stage.Of),
            Stage.Mean,
        ];
}
