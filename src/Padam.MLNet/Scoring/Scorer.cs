using System.Runtime.InteropServices;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>
/// The one way from images to probabilities: of the transformer, and of the pass over the validation set after each epoch. Both run the
/// network in evaluation mode with batch normalisation folded.
/// </summary>
internal static class Scorer
{
    /// <summary>Scores images, normalised, HWC one after the other, with a model's network.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    internal static void Score(this SharedNetwork shared, ReadOnlySpan<float> hwc, int count, Span<float> probabilities)
    {
        using SharedNetwork.Holding held = shared.Hold();
        Score(held.Network, shared.Device, hwc, count, shared.Model.Shape, shared.Model.Classes, probabilities);
    }

    /// <summary>Scores images with a network in evaluation mode.</summary>
    /// <param name="network">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="hwc">count x height x width x 3 singles.</param>
    /// <param name="count">Images.</param>
    /// <param name="shape">Their size.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="probabilities">Receives count x classes probabilities.</param>
    internal static void Score(
        nn.Module<Tensor, Tensor> network,
        Device device,
        ReadOnlySpan<float> hwc,
        int count,
        ImageShape shape,
        int classes,
        Span<float> probabilities
    )
    {
        using var state = TorchState.EnterWithoutGradients();
        Tensor images = CpuTensors.Empty([count, shape.Height, shape.Width, ImageShape.Channels]);
        MemoryMarshal.AsBytes(hwc).CopyTo(images.bytes);
        Tensor logits = network.LogitsOf(images.to(device).permute(0, 3, 1, 2), classes);
        Tensor scores = nn.functional.softmax(logits, dim: 1).to(ScalarType.Float32).cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(scores.bytes).CopyTo(probabilities);
    }
}
