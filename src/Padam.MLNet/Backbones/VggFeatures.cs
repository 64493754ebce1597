using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// VGG's convolutions (Simonyan and Zisserman, 2015), each normalised and rectified, in blocks that end in 2x2 max pooling. Only what has
/// weights is registered, under the index it has among PyTorch's layers, which count ReLU and pooling too.
/// </summary>
internal sealed class VggFeatures : nn.Module<Tensor, Tensor>, IFoldable
{
    private const int FirstWidth = 64,
        LargestWidth = 512;

    private readonly List<(Convolution Convolution, BatchNorm Norm)[]> blocks = [];

    /// <param name="convolutions">3x3 convolutions in each block; the first block is 64 wide, each other one twice that, up to 512.</param>
    /// <param name="settings">Constants of the batch normalisation.</param>
    /// <param name="forSmallImages">Whether images are of about 32x32, so that a fifth block works on maps of 2x2.</param>
    public VggFeatures(int[] convolutions, BackboneSettings settings, bool forSmallImages)
        : base(nameof(VggFeatures))
    {
        int channels = 3,
            index = 0;
        for (int block = 0; block < convolutions.Length; block++)
        {
            int width = Math.Min(FirstWidth << block, LargestWidth);
            blocks.Add(new (Convolution, BatchNorm)[convolutions[block]]);
            foreach (ref (Convolution Convolution, BatchNorm Norm) layer in blocks[^1].AsSpan())
            {
                bool onTinyMaps = forSmallImages && block == 4;
                layer = (
                    Convolution.ForBackbone(channels, width, kernel: 3, bias: true, onTinyMaps: onTinyMaps),
                    settings.BatchNorm(width)
                );
                register_module($"{index}", layer.Convolution);
                register_module($"{index + 1}", layer.Norm);
                (channels, index) = (width, index + 3);
            }

            index++;
        }

        Channels = channels;
    }

    /// <summary>The names of each block's layers.</summary>
    public static IEnumerable<IReadOnlyList<string>> LayerNames(int[] convolutions)
    {
        int index = 0;
        foreach (int count in convolutions)
        {
            // Each convolution has its normalisation and ReLU after it, each block its pooling.
            int first = index;
            yield return [.. Enumerable.Range(0, count).SelectMany(i => new[] { $"{first + (3 * i)}", $"{first + (3 * i) + 1}" })];
            index += (3 * count) + 1;
        }
    }

    /// <summary>Channels of the map that comes out.</summary>
    public int Channels { get; }

    public IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs => blocks.SelectMany(block => block);

    /// <summary>The blocks, one after the other.</summary>
    public IEnumerable<Stage> Stages =>
        blocks.Select(block => new Stage(
            [.. block.SelectMany(layer => new nn.Module[] { layer.Convolution, layer.Norm })],
            map => Block(block, map),
            (graph, map) => Export(block, graph, map)
        ));

    public override Tensor forward(Tensor images) => Stages.Aggregate(images, (map, block) => block.Forward(map));

    private static GraphValue Export((Convolution Convolution, BatchNorm Norm)[] block, IGraphBuilder graph, GraphValue images)
    {
        GraphValue map = block.Aggregate(
            images,
            (input, layer) => layer.Norm.ExportAfter(layer.Convolution, graph, input, activation: Activation.Relu)
        );
        return graph.MaxPool(map, KernelWindow.Square(2, stride: 2, padding: 0));
    }

    private static Tensor Block((Convolution, BatchNorm)[] block, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = images;
        foreach ((Convolution convolution, BatchNorm norm) in block)
            map = Alone(norm.After(convolution, map, activation: Activation.Relu));
        return Alone(MaxPooling.Apply(map)).MoveToOuterDisposeScope();

        // Those of photographs take gigabytes when a batch is scored, so none waits for the end.
        Tensor Alone(Tensor latest)
        {
            scope.DisposeEverythingBut(latest);
            return latest;
        }
    }
}
