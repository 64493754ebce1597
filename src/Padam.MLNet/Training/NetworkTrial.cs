using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// An image through a network of the user's own before anything is trained: whether it takes images of this size, and what it keeps of one
/// until the backward pass. In evaluation mode, so that no running statistic moves.
/// </summary>
internal static class NetworkTrial
{
    /// <summary>Bytes that the network keeps of one image.</summary>
    /// <exception cref="ArgumentException">The network throws; the message has its name and the images' size.</exception>
    internal static long BytesKept(nn.Module<Tensor, Tensor> network, string name, ImageShape shape, int classes, Device device)
    {
        network.eval();
        // What the library's own layers put out lies in memory of their own. The first pass is also for what is made but once.
        long ofLayers = sizeof(float) * ActivationCount.Of(() => Measure());
        return Math.Max(ofLayers, Measure());

        long Measure()
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor image = CpuTensors.Zeros([1, ImageShape.Channels, shape.Height, shape.Width]).to(device);
            long before = NativeHeap.BytesHeld();
            try
            {
                network.LogitsOf(image, classes);
            }
            catch (Exception fault) when (fault is not (OutOfMemoryException or OperationCanceledException))
            {
                throw new ArgumentException(
                    $"The backbone '{name}' does not carry images of {shape} (height x width) to {classes} classes: "
                        + StepFault.FirstLine(fault),
                    fault
                );
            }

            return NativeHeap.BytesHeld() - before;
        }
    }
}
