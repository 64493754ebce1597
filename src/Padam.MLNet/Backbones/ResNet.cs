using Padam.MLNet.Layers;
using static TorchSharp.torch;
using Linear = TorchSharp.Modules.Linear;
using Sequential = TorchSharp.Modules.Sequential;

namespace Padam.MLNet.Backbones;

/// <summary>
/// ResNet for 32x32 images (He et al., 2016), as in the authors' <c>models/resnet.py</c>: <c>conv1, bn1, layer1..4, linear</c>, a 3x3 stem
/// of 64 channels,
/// and pooling over the whole map at the end.
/// </summary>
internal sealed class ResNet : Network, IFoldable
{
    /// <summary>Three of the four stages halve the map.</summary>
    public const int TotalStride = 8;

    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly List<Sequential> stages = [];
    private readonly Linear linear;

    public ResNet(bool bottleneck, int[] blocks, int classes, BackboneSettings settings)
        : base(nameof(ResNet))
    {
        long channels = 64;
        register_module(nameof(conv1), conv1 = Convolution.ForBackbone(3, channels, kernel: 3));
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
                            ? ResidualBlock.Bottleneck(channels, width, stride, "shortcut", settings)
                            : ResidualBlock.Basic(channels, width, stride, "shortcut", settings)
                    );
                channels = bottleneck ? width * ResidualBlock.Expansion : width;
            }

            register_module($"layer{stage + 1}", stages[^1]);
        }

        WeightLimit.Take(channels, classes);
        register_module(nameof(linear), linear = nn.Linear(channels, classes, device: CPU, dtype: ScalarType.Float32));
        Initializer.Draw(this, settings.Initialization);
    }

    public IEnumerable<(Convolution, BatchNorm)> Pairs => [(conv1, bn1)];

    protected override Tensor Logits(Tensor images)
    {
        Tensor map = bn1.After(conv1, images, activation: Activation.Relu);
        foreach (Sequential stage in stages)
            map = stage.forward(map);
        return linear.forward(map.mean([2, 3]));
    }
}
