using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>What training keeps of each image of a batch until its backward pass: the numbers that the layers put out for it.</summary>
internal static class ActivationMemory
{
    // Enough for any network's strides to divide; larger images have proportionally more.
    private const int Side = 64;

    /// <summary>
    /// Numbers an image and pixel, by a forward pass over one small image. 0 for a registered network, whose layers do not count. Leaves
    /// the network in evaluation mode.
    /// </summary>
    internal static double NumbersPerPixel(nn.Module<Tensor, Tensor> network)
    {
        if (network is not Network ours)
            return 0;
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        network.eval();
        int side = ours.Sizes.IsExact ? ours.Sizes.Minimum : Side;
        Tensor image = CpuTensors.Zeros([1, 3, side, side]).to(network.parameters().First().device);
        return (double)ActivationCount.Of(() => network.forward(image)) / (side * side);
    }
}
