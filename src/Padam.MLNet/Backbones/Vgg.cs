using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;
using Linear = TorchSharp.Modules.Linear;

namespace Padam.MLNet.Backbones;

/// <summary>
/// VGG with batch normalisation and one linear layer (Simonyan and Zisserman, 2015), as in the authors' <c>models/vgg.py</c>:
/// <c>features</c> (convolution, batch normalisation, ReLU, ... and pooling), then <c>classifier</c>. The last pooling is over the whole
/// map.
/// </summary>
internal sealed class Vgg : Network, IFoldable
{
    private const int Pool = 0;

    // Output channels of each 3x3 convolution; Pool halves the map.
    public static readonly int[] Vgg11 = [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];
    public static readonly int[] Vgg13 = [64, 64, Pool, 128, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];
    public static readonly int[] Vgg16 = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool];
    public static readonly int[] Vgg19 =
    [
        64,
        64,
        Pool,
        128,
        128,
        Pool,
        256,
        256,
        256,
        256,
        Pool,
        512,
        512,
        512,
        512,
        Pool,
        512,
        512,
        512,
        512,
        Pool,
    ];
    public static readonly int[] Small = [64, Pool, 128, Pool, 256, Pool];

    private readonly List<(Convolution Convolution, BatchNorm Norm)?> steps = []; // null: pooling
    private readonly Linear classifier;

    public Vgg(int[] plan, int classes, BackboneSettings settings)
        : base(nameof(Vgg))
    {
        // Only what has weights is registered, under the index it has among PyTorch's layers, which count ReLU and pooling too.
        List<(string, nn.Module<Tensor, Tensor>)> layers = [];
        int channels = 3,
            index = 0,
            pools = 0;
        foreach (int width in plan)
        {
            if (width == Pool)
            {
                steps.Add(null);
                (index, pools) = (index + 1, pools + 1);
                continue;
            }

            var (convolution, norm) = (
                Convolution.ForBackbone(channels, width, kernel: 3, bias: true, onTinyMaps: pools == 4),
                settings.BatchNorm(width)
            );
            steps.Add((convolution, norm));
            layers.Add(($"{index}", convolution));
            layers.Add(($"{index + 1}", norm));
            (channels, index) = (width, index + 3);
        }

        register_module("features", nn.Sequential([.. layers]));
        WeightLimit.Take(channels, classes);
        register_module("classifier", classifier = nn.Linear(channels, classes, device: CPU, dtype: ScalarType.Float32));
        Initializer.Draw(this, settings.Initialization);
    }

    public static int TotalStride(int[] plan) => 1 << plan.Count(width => width == Pool);

    public IEnumerable<(Convolution, BatchNorm)> Pairs => steps.OfType<(Convolution, BatchNorm)>();

    protected override Tensor Logits(Tensor images)
    {
        Tensor map = images;
        foreach (var step in steps)
        {
            using DisposeScope scope = NewDisposeScope();
            map = (
                step is var (convolution, norm) ? norm.After(convolution, map, activation: Activation.Relu) : max_pool2d(map, 2)
            ).MoveToOuterDisposeScope();
        }

        return classifier.forward(map.mean([2, 3]));
    }
}
