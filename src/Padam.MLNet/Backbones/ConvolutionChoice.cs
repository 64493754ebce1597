using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>The algorithm of all convolutions of a network.</summary>
internal static class ConvolutionChoice
{
    /// <summary>Sets how the network's 3x3 convolutions are computed. Networks of the user's own are left alone.</summary>
    public static void Use(this nn.Module network, ConvolutionAlgorithm algorithm)
    {
        foreach (Convolution convolution in network.modules().OfType<Convolution>())
            convolution.Algorithm = algorithm;
    }
}
