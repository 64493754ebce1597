using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>The variations of images that act on bytes, before normalisation. One image at a time: the buffers are its own.</summary>
internal sealed class VariedBytes(ImageShape shape, Augmentation augmentation, int seed)
{
    private readonly Enlargement _enlargement = new(shape);
    private readonly byte[] _image = new byte[shape.Values],
        _spare = new byte[shape.Values];

    /// <summary>Whether there are any; moves and flips alone are part of the normalising pass.</summary>
    internal static bool AreIn(Augmentation augmentation) =>
        augmentation.ResizedCrop is not null || augmentation.Color is not null || augmentation.TrivialAugment;

    /// <summary>The image of an epoch, CHW; valid until the next call.</summary>
    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> chw, Placement placement, int epoch, int image)
    {
        if (augmentation.ResizedCrop is { } crop)
        {
            SplitMix64 random = AugmentationPart.ResizedCrop.Of(seed, epoch, image);
            _enlargement.Write(chw, PixelBox.Draw(crop, shape, ref random), placement.Mirrored, _image);
        }
        else
        {
            placement.Write(chw, shape, _image);
        }

        if (augmentation.Color is { } jitter)
        {
            SplitMix64 random = AugmentationPart.Color.Of(seed, epoch, image);
            ColorChange.Draw(jitter, ref random).Apply(_image);
        }

        if (augmentation.TrivialAugment)
        {
            SplitMix64 random = AugmentationPart.Trivial.Of(seed, epoch, image);
            TrivialChange.Draw(ref random).Apply(_image, shape, _spare);
        }

        return _image;
    }
}
