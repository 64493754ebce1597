using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// How many numbers a built-in network's layers put out for one image: what training keeps of each image of a batch until its backward
/// pass.
/// </summary>
internal static class ActivationCount
{
    // Enough for any network's strides to divide; larger images have proportionally more.
    private const int Side = 64;

    [ThreadStatic]
    private static long? numbers;

    /// <summary>
    /// Numbers an image and pixel, by a forward pass over one small image. 0 for a registered network, whose layers do not count. Leaves
    /// the network in evaluation mode.
    /// </summary>
    internal static double PerPixel(nn.Module<Tensor, Tensor> network)
    {
        if (network is not Network)
            return 0;
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        network.eval();
        numbers = 0;
        try
        {
            network.forward(CpuTensors.Zeros([1, 3, Side, Side]).to(network.parameters().First().device));
            return (double)numbers / (Side * Side);
        }
        finally
        {
            numbers = null;
        }
    }

    /// <summary>Counts what a layer puts out.</summary>
    internal static Tensor Counted(Tensor output)
    {
        if (numbers is not null)
            numbers += output.NumberOfElements;
        return output;
    }
}
