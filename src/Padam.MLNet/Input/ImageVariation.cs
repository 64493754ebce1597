using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>What is drawn for an image in an epoch, from (seed, epoch, row).</summary>
/// <param name="Placement">How it is moved and mirrored.</param>
internal readonly record struct ImageVariation(Placement Placement)
{
    // A stream of random numbers that must not meet those of the epochs, which count from 0, nor the validation split's.
    private const long FlipStream = -2;

    /// <summary>What is enlarged to the whole.</summary>
    internal PixelBox? Part { get; init; }

    internal ColorChange? Color { get; init; }

    internal TrivialChange? Trivial { get; init; }

    internal PixelBox? Erased { get; init; }

    internal PixelBox? CutOut { get; init; }

    internal static ImageVariation Draw(Augmentation augmentation, ImageShape shape, int seed, int epoch, int image)
    {
        SplitMix64 part = AugmentationPart.ResizedCrop.Of(seed, epoch, image),
            color = AugmentationPart.Color.Of(seed, epoch, image),
            trivial = AugmentationPart.Trivial.Of(seed, epoch, image),
            erasing = AugmentationPart.Erasing.Of(seed, epoch, image),
            cutout = AugmentationPart.Cutout.Of(seed, epoch, image);
        return new(Place(augmentation, seed, epoch, image))
        {
            Part = augmentation.ResizedCrop is { } crop ? PixelBox.Draw(crop, shape, ref part) : null,
            Color = augmentation.Color is { } jitter ? ColorChange.Draw(jitter, ref color) : null,
            Trivial = augmentation.TrivialAugment ? TrivialChange.Draw(ref trivial) : null,
            Erased = augmentation.Erasing is { } holes ? PixelBox.Draw(holes, shape, ref erasing) : null,
            CutOut = augmentation.Cutout is { } square ? PixelBox.Draw(square, shape, ref cutout) : null,
        };
    }

    private static Placement Place(Augmentation augmentation, int seed, int epoch, int image)
    {
        var random = SplitMix64.Stream(seed, epoch, image + 1L);
        int padding = augmentation.CropPadding;
        int down = random.Below((2 * padding) + 1) - padding,
            right = random.Below((2 * padding) + 1) - padding;
        return new(down, right, IsMirrored(augmentation, seed, epoch, image, ref random), augmentation.ReflectedPadding);
    }

    private static bool IsMirrored(Augmentation augmentation, int seed, int epoch, int image, ref SplitMix64 random)
    {
        if (!augmentation.Flip)
            return false;
        if (!augmentation.AlternatingFlip)
            return random.Below(2) == 1;
        bool inFirstEpoch = SplitMix64.Stream(seed, FlipStream, image + 1L).Below(2) == 1;
        return inFirstEpoch == (epoch % 2 == 1);
    }
}
