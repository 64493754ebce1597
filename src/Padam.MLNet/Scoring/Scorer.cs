using System.Runtime.InteropServices;
using Padam.MLNet.Data;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>
/// The one way from images to answers: of the transformers, and of the pass over the validation set after each epoch. All run the network
/// in evaluation mode with batch normalisation folded.
/// </summary>
internal static class Scorer
{
    /// <summary>Answers to images, normalised, HWC one after the other, by a model's network.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    internal static void Score(this SharedNetwork shared, OutputSchema schema, ReadOnlySpan<float> hwc, int count, Span<float> answers)
    {
        using SharedNetwork.Holding held = shared.Hold();
        nn.Module<Tensor, Tensor> network = held.Network;
        Score(shared.Device, hwc, count, shared.Model.Shape, images => schema.Answers(network, images), answers);
    }

    /// <summary>Answers to images.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="hwc">count x height x width x 3 singles.</param>
    /// <param name="count">Images.</param>
    /// <param name="shape">Their size.</param>
    /// <param name="network">Answers [N, numbers] to images [N, 3, H, W], in evaluation mode.</param>
    /// <param name="answers">Receives count x numbers singles.</param>
    internal static void Score(
        Device device,
        ReadOnlySpan<float> hwc,
        int count,
        ImageShape shape,
        Func<Tensor, Tensor> network,
        Span<float> answers
    )
    {
        using var state = TorchState.EnterWithoutGradients();
        Tensor images = CpuTensors.Empty([count, shape.Height, shape.Width, ImageShape.Channels]);
        MemoryMarshal.AsBytes(hwc).CopyTo(images.bytes);
        Tensor computed = network(images.to(device).permute(0, 3, 1, 2)).to(ScalarType.Float32).cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(computed.bytes).CopyTo(answers);
    }

    /// <summary>Logits as probabilities.</summary>
    internal static Tensor Probabilities(Tensor logits) => nn.functional.softmax(logits, dim: 1);
}
