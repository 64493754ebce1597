using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Turns and mirrors pixels as the orientation in a file's EXIF data says (Exif 2.32, tag 0x0112: 1 to 8).</summary>
internal static class ImageOrientation
{
    /// <summary>The pixels as they are to be seen, row by row.</summary>
    /// <param name="stored">The pixels as they are stored, row by row.</param>
    /// <param name="size">The size they are stored in; on return that of what is seen.</param>
    /// <param name="origin">Where the first stored row and column belong.</param>
    internal static uint[] Upright(ReadOnlySpan<uint> stored, ref ImageShape size, SKEncodedOrigin origin)
    {
        (int height, int width) = (size.Height, size.Width);
        (int last, int lastRow, int lastColumn) = (stored.Length - 1, (height - 1) * width, width - 1);
        // Where the first pixel that is seen is stored, and how far from it those to the right and below are.
        (int first, int right, int below) = origin switch
        {
            SKEncodedOrigin.TopRight => (lastColumn, -1, width),
            SKEncodedOrigin.BottomRight => (last, -1, -width),
            SKEncodedOrigin.BottomLeft => (lastRow, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (lastRow, -width, 1),
            SKEncodedOrigin.RightBottom => (last, -width, -1),
            SKEncodedOrigin.LeftBottom => (lastColumn, width, -1),
            _ => (0, 1, width),
        };
        if (origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom)
            size = new(width, height);
        var seen = new uint[stored.Length];
        for (int y = 0, i = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++, i++)
                seen[i] = stored[first + (x * right) + (y * below)];
        }

        return seen;
    }
}
