using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>A forward pass of any network, those of the user's own too.</summary>
internal static class ForwardPass
{
    /// <summary>A network's logits, [N, classes], of images [N, 3, H, W] in any layout.</summary>
    /// <exception cref="InvalidOperationException">The network yields another shape.</exception>
    public static Tensor LogitsOf(this nn.Module<Tensor, Tensor> network, Tensor images, long classes)
    {
        using IDisposable? defaults = network is Network ? null : TorchDefaults.Use(images.device);
        Tensor logits = network.forward(images.InLayoutOf(network));
        long count = images.shape[0];
        return logits.dim() == 2 && logits.shape[0] == count && logits.shape[1] == classes
            ? logits
            : throw new InvalidOperationException(
                $"The network yields [{string.Join(", ", logits.shape)}] for {count} images and {classes} classes; "
                    + $"it must yield logits [{count}, {classes}]."
            );
    }
}
