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
    /// Numbers an image and pixel, by a forward pass over one small image. 0 for a registered network, whose layers do not count. Of the
    /// stages before the first that is trained nothing is kept: the largest of them counts, while it runs, if that is more. Leaves the
    /// network in evaluation mode.
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
        int frozen = ours.Stages.TakeWhile(stage => stage.Layers.All(IsFrozen)).Count();
        long[] upTo = [0, .. Enumerable.Range(1, frozen).Select(stages => ActivationCount.Of(() => ours.Beginning(image, stages)))];
        long largest = upTo.Zip(upTo.Skip(1)).Select(pair => pair.Second - pair.First).DefaultIfEmpty().Max(),
            kept = ActivationCount.Of(() => network.forward(image)) - upTo[^1];
        return (double)Math.Max(largest, kept) / (side * side);
    }

    private static bool IsFrozen(nn.Module layer) => layer.parameters().All(parameter => !parameter.requires_grad);
}
