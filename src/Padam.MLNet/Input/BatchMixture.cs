using System.Numerics.Tensors;
using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>How the images of one batch are mixed: each with the one before it, the first with the last.</summary>
/// <param name="Share">What of a mixed image, and of its loss, is its own.</param>
/// <param name="Box">Where the partner's pixels are; null where each pixel is of both.</param>
internal readonly record struct BatchMixture(double Share, PixelBox? Box = null)
{
    internal static BatchMixture Draw(Mixing mixing, ImageShape shape, ref SplitMix64 random)
    {
        bool isCut = mixing.Mixup == 0 || (mixing.CutMix > 0 && random.Below(2) == 1);
        double share = SymmetricBeta.Draw(isCut ? mixing.CutMix : mixing.Mixup, ref random);
        return isCut ? Cut(share, random.Below(shape.Height), random.Below(shape.Width), shape) : new(share);
    }

    /// <summary>CutMix's rectangle about a pixel; the share becomes that of what is left.</summary>
    internal static BatchMixture Cut(double share, int y, int x, ImageShape shape)
    {
        double half = 0.5 * Math.Sqrt(1 - share);
        (int halfHeight, int halfWidth) = ((int)(half * shape.Height), (int)(half * shape.Width));
        var box = PixelBox.Between(y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth, shape);
        return new(1 - ((double)(box.Height * box.Width) / shape.Pixels), box);
    }

    /// <summary>Mixes images of HWC singles in place.</summary>
    /// <param name="images">The batch.</param>
    /// <param name="shape">The size of each.</param>
    /// <param name="spare">Room for one.</param>
    internal void Apply(Span<float> images, ImageShape shape, Span<float> spare)
    {
        int values = shape.Values;
        images[^values..].CopyTo(spare);
        // From the last to the first: a partner is not yet mixed.
        for (int start = images.Length - values; start > 0; start -= values)
            Mix(images.Slice(start, values), images.Slice(start - values, values), shape);
        Mix(images[..values], spare, shape);
    }

    private void Mix(Span<float> own, ReadOnlySpan<float> partner, ImageShape shape)
    {
        if (Box is not { } box)
        {
            TensorPrimitives.Multiply(own, (float)Share, own);
            TensorPrimitives.MultiplyAdd(partner, (float)(1 - Share), own, own);
            return;
        }

        for (int y = box.Top; y < box.Top + box.Height; y++)
        {
            int start = ((y * shape.Width) + box.Left) * ImageShape.Channels,
                length = box.Width * ImageShape.Channels;
            partner.Slice(start, length).CopyTo(own.Slice(start, length));
        }
    }
}
