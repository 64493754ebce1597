using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>The algorithm of all convolutions of a network.</summary>
internal static class ConvolutionChoice
{
    /// <summary>Sets how the network's layers of this library compute convolutions.</summary>
    public static void Use(this nn.Module network, ConvolutionAlgorithm algorithm)
    {
        foreach (Convolution convolution in network.modules().OfType<Convolution>())
            convolution.Algorithm = algorithm;
    }
}
