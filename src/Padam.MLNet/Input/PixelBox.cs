using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>A rectangle of pixels inside an image.</summary>
internal readonly record struct PixelBox(int Top, int Left, int Height, int Width)
{
    // torchvision's number of tries.
    private const int Draws = 10;

    /// <summary>torchvision's <c>RandomResizedCrop.get_params</c>.</summary>
    internal static PixelBox Draw(ResizedCrop crop, ImageShape shape, ref SplitMix64 random)
    {
        for (int i = 0; i < Draws; i++)
        {
            (int width, int height) = Sides(shape, crop.SmallestArea, crop.LargestArea, crop.SmallestRatio, crop.LargestRatio, ref random);
            if (width > 0 && width <= shape.Width && height > 0 && height <= shape.Height)
                return Somewhere(height, width, shape, ref random);
        }

        return Middle(crop, shape);
    }

    /// <summary>torchvision's <c>RandomErasing.get_params</c>; null where nothing is erased.</summary>
    internal static PixelBox? Draw(RandomErasing erasing, ImageShape shape, ref SplitMix64 random)
    {
        if (random.Uniform() >= erasing.Probability)
            return null;
        for (int i = 0; i < Draws; i++)
        {
            (int height, int width) = Sides(
                shape,
                erasing.SmallestArea,
                erasing.LargestArea,
                erasing.SmallestRatio,
                erasing.LargestRatio,
                ref random
            );
            if (height < shape.Height && width < shape.Width)
                return Somewhere(height, width, shape, ref random);
        }

        return null;
    }

    /// <summary>A square about a pixel drawn anywhere, as far as it is inside the image.</summary>
    internal static PixelBox Draw(Cutout cutout, ImageShape shape, ref SplitMix64 random)
    {
        int top = random.Below(shape.Height) - (cutout.Size / 2),
            left = random.Below(shape.Width) - (cutout.Size / 2);
        return Between(top, left, top + cutout.Size, left + cutout.Size, shape);
    }

    /// <summary>What of a rectangle is inside an image.</summary>
    internal static PixelBox Between(int top, int left, int bottom, int right, ImageShape shape)
    {
        (top, left) = (Math.Max(top, 0), Math.Max(left, 0));
        return new(top, left, Math.Min(bottom, shape.Height) - top, Math.Min(right, shape.Width) - left);
    }

    /// <summary>Whether it has pixels of a row.</summary>
    internal bool HasRow(int y) => y >= Top && y < Top + Height;

    /// <summary>Whether it has pixels of a column.</summary>
    internal bool HasColumn(int x) => x >= Left && x < Left + Width;

    /// <summary>Fills it with the network's 0, the mean colour, in an image of HWC singles.</summary>
    internal void Clear(Span<float> hwc, ImageShape shape)
    {
        for (int y = Top; y < Top + Height; y++)
            hwc.Slice(((y * shape.Width) + Left) * ImageShape.Channels, Width * ImageShape.Channels).Clear();
    }

    // The first side is the longer one where the ratio is above 1.
    private static (int, int) Sides(
        ImageShape shape,
        double smallestArea,
        double largestArea,
        double smallestRatio,
        double largestRatio,
        ref SplitMix64 random
    )
    {
        double area = shape.Pixels * random.Between(smallestArea, largestArea),
            ratio = Math.Exp(random.Between(Math.Log(smallestRatio), Math.Log(largestRatio)));
        return ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
    }

    private static PixelBox Somewhere(int height, int width, ImageShape shape, ref SplitMix64 random) =>
        new(random.Below(shape.Height - height + 1), random.Below(shape.Width - width + 1), height, width);

    private static PixelBox Middle(ResizedCrop crop, ImageShape shape)
    {
        double ratio = (double)shape.Width / shape.Height;
        int height = ratio < crop.SmallestRatio ? Math.Max(1, (int)Math.Round(shape.Width / crop.SmallestRatio)) : shape.Height,
            width = ratio > crop.LargestRatio ? Math.Max(1, (int)Math.Round(shape.Height * crop.LargestRatio)) : shape.Width;
        return new((shape.Height - height) / 2, (shape.Width - width) / 2, height, width);
    }
}
