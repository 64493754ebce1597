using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Convolutions;

/// <summary>A convolution of a network on 32x32 images, padded by half its kernel.</summary>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Kernel">Rows and columns of the kernel.</param>
/// <param name="Stride">Pixels from output to output.</param>
/// <param name="Side">Rows and columns of the output.</param>
internal sealed record ConvolutionSize(long Inputs, long Outputs, int Kernel, int Stride, int Side)
{
    /// <summary>GFLOP of one image forward, directly: two for a multiplication and addition. Either gradient costs as much again.</summary>
    internal double Gflop => 2.0 * Inputs * Outputs * Kernel * Kernel * Side * Side / 1e9;

    /// <summary>The convolutions of a network of the report, in order, each as often as it is there.</summary>
    /// <param name="backbone">vgg16, resnet18 or wrn-16-4.</param>
    internal static ConvolutionSize[] Of(string backbone)
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse(backbone).Build(SyntheticCifar.Classes);
        return
        [
            .. network
                .named_parameters()
                .Where(entry => entry.parameter.dim() == 4)
                .Select((entry, index) => Of(entry.name, entry.parameter.shape, index)),
        ];
    }

    // Residual networks halve the map with the first block of layer2, layer3, ..., which widens it too; a VGG's index counts three layers a
    // convolution, and the poolings before it.
    private static ConvolutionSize Of(string name, long[] shape, int index)
    {
        string[] parts = name.Split('.');
        (int halvings, bool strided) = parts[0] switch
        {
            "features" => (int.Parse(parts[1]) - (3 * index), false),
            ['l', 'a', 'y', 'e', 'r', char layer] => (layer - '1', layer > '1' && shape[0] != shape[1]),
            _ => (0, false),
        };
        return new(shape[1], shape[0], (int)shape[2], strided ? 2 : 1, 32 >> halvings);
    }

    /// <summary>As in "64 -> 128 @ 16x16, 3x3/2", the map being the output's.</summary>
    public override string ToString() => $"{Inputs} -> {Outputs} @ {Side}x{Side}, {Kernel}x{Kernel}{(Stride == 1 ? "" : $"/{Stride}")}";
}
