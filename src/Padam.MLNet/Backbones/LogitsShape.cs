using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>What every network must yield, those of the user's own too.</summary>
internal static class LogitsShape
{
    /// <summary>The logits themselves, [count, classes].</summary>
    /// <exception cref="InvalidOperationException">They have another shape.</exception>
    public static Tensor RequireLogits(this Tensor logits, long count, long classes) =>
        logits.dim() == 2 && logits.shape[0] == count && logits.shape[1] == classes
            ? logits
            : throw new InvalidOperationException(
                $"The network yields [{string.Join(", ", logits.shape)}] for {count} images and {classes} classes; "
                    + $"it must yield logits [{count}, {classes}]."
            );
}
