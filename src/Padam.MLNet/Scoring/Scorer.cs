using System.Runtime.InteropServices;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>
/// The one way from images to probabilities: of the transformer, and of the pass over the validation set after each epoch.
/// While it lives, the network is in evaluation mode with batch normalisation folded; its weights must not change.
/// </summary>
internal sealed class Scorer : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Device _device;
    private readonly int _classes;

    internal Scorer(nn.Module<Tensor, Tensor> network, int classes, Device device)
    {
        (_network, _classes, _device) = (network, classes, device);
        network.eval();
        network.Fold();
    }

    /// <summary>Scores images, normalised, HWC one after the other.</summary>
    /// <param name="hwc">count x height x width x 3 singles.</param>
    /// <param name="count">Images.</param>
    /// <param name="shape">Their size.</param>
    /// <param name="probabilities">Receives count x classes probabilities.</param>
    internal void Score(ReadOnlySpan<float> hwc, int count, ImageShape shape, Span<float> probabilities)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor images = empty(count, shape.Height, shape.Width, ImageShape.Channels);
        MemoryMarshal.AsBytes(hwc).CopyTo(images.bytes);
        Tensor logits = _network.forward(images.to(_device).permute(0, 3, 1, 2).InLayoutOf(_network));
        if (logits.dim() != 2 || logits.shape[0] != count || logits.shape[1] != _classes)
            throw new InvalidOperationException(
                $"The network yields [{string.Join(", ", logits.shape)}] for {count} images and {_classes} classes; it must yield logits "
                    + $"[{count}, {_classes}]."
            );
        Tensor scores = nn.functional.softmax(logits, dim: 1).to(ScalarType.Float32).cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(scores.bytes).CopyTo(probabilities);
    }

    /// <summary>Gives the network back, in training mode. It stays its owner's.</summary>
    public void Dispose()
    {
        _network.Unfold();
        _network.train();
    }
}
