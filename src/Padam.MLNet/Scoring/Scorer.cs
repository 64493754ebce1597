using Padam.MLNet.Backbones;
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
        (int height, int width) = (shared.Model.Height, shared.Model.Width);
        Score(shared.Device, hwc, count, [height, width, ImageShape.Channels], images => schema.Answers(network, images), answers);
    }

    /// <summary>Answers to images, or to what layers made of them.</summary>
    /// <param name="device">Where the network is.</param>
    /// <param name="hwc">The images' numbers, one image after the other.</param>
    /// <param name="count">Images.</param>
    /// <param name="shape">How the numbers of one lie: height, width, channels; or a vector's length.</param>
    /// <param name="network">Answers [N, numbers] to images [N, C, H, W] or vectors [N, C], in evaluation mode.</param>
    /// <param name="answers">Receives count x numbers singles.</param>
    internal static void Score(
        Device device,
        ReadOnlySpan<float> hwc,
        int count,
        long[] shape,
        Func<Tensor, Tensor> network,
        Span<float> answers
    )
    {
        using var state = TorchState.EnterWithoutGradients();
        Tensor computed = Computed(device, hwc, count, shape, network).contiguous();
        CpuTensors.Read(computed, answers[..checked((int)computed.NumberOfElements)]);
    }

    /// <summary>What layers make of images: maps as height, width, channels, or vectors; and the shape of one.</summary>
    internal static (float[] Made, long[] Shape) Numbers(
        Device device,
        ReadOnlySpan<float> hwc,
        int count,
        long[] shape,
        Func<Tensor, Tensor> layers
    )
    {
        using var state = TorchState.EnterWithoutGradients();
        Tensor computed = Computed(device, hwc, count, shape, layers);
        Tensor made = (computed.dim() == 4 ? computed.permute(0, 2, 3, 1) : computed).contiguous();
        float[] numbers = new float[made.NumberOfElements];
        CpuTensors.Read(made, numbers);
        return (numbers, made.shape[1..]);
    }

    private static Tensor Computed(Device device, ReadOnlySpan<float> hwc, int count, long[] shape, Func<Tensor, Tensor> network)
    {
        Tensor images = CpuTensors.Empty([count, .. shape]);
        CpuTensors.Write(images, hwc);
        return network(images.to(device).ChannelsFirst()).to(ScalarType.Float32).cpu();
    }

    /// <summary>Logits as probabilities.</summary>
    internal static Tensor Probabilities(Tensor logits) => nn.functional.softmax(logits, dim: 1);
}
