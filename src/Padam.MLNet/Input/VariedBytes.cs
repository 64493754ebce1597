using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>The variations of images that act on bytes, before normalisation. One image at a time: the buffers are its own.</summary>
internal sealed class VariedBytes(ImageShape shape)
{
    private readonly Enlargement _enlargement = new(shape);
    private readonly byte[] _image = new byte[shape.Values],
        _spare = new byte[shape.Values];

    /// <summary>Whether there are any; moves and flips alone are part of the normalising pass.</summary>
    internal static bool AreIn(Augmentation augmentation) =>
        augmentation.ResizedCrop is not null || augmentation.Color is not null || augmentation.TrivialAugment;

    /// <summary>The varied image, CHW; valid until the next call.</summary>
    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> chw, ImageVariation drawn)
    {
        if (drawn.Part is { } part)
            _enlargement.Write(chw, part, drawn.Placement.Mirrored, _image);
        else
            drawn.Placement.Write(chw, shape, _image);
        drawn.Color?.Apply(_image);
        drawn.Trivial?.Apply(_image, shape, _spare);
        return _image;
    }
}
