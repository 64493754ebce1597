using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>What draws random numbers of its own for each epoch and image, or batch.</summary>
internal enum AugmentationPart
{
    ResizedCrop = 1,
    Color,
    Trivial,
    Erasing,
    Cutout,
    Mixing,
}

internal static class AugmentationStreams
{
    // A seed has 32 bits: above them each part has its place, so that one that is switched on leaves the draws of the others.
    internal static SplitMix64 Of(this AugmentationPart part, int seed, int epoch, int index) =>
        SplitMix64.Stream(seed + ((long)part << 32), epoch, index + 1L);
}
