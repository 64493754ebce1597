using System.Runtime.InteropServices;
using Padam.MLNet;
using Padam.MLNet.Formats;
using SkiaSharp;

namespace Padam.Reproduce.Data;

/// <summary>A picture of pictures of one size, side by side on white; small ones are enlarged, pixel by pixel.</summary>
internal static class ImageGrid
{
    /// <summary>What a picture may have at most.</summary>
    public const int MostPixels = 1 << 26,
        LongestSide = 65_535;

    private const int Gap = 4,
        SmallestTile = 64;

    /// <summary>The picture's width and height.</summary>
    /// <param name="tile">The size of its pictures.</param>
    /// <param name="rows">How many there are from top to bottom.</param>
    /// <param name="columns">How many from left to right.</param>
    public static (long Width, long Height) Extent(ImageSize tile, long rows, long columns)
    {
        int scale = Scale(tile);
        return ((columns * ((tile.Width * scale) + Gap)) + Gap, (rows * ((tile.Height * scale) + Gap)) + Gap);
    }

    /// <summary>Writes a PNG.</summary>
    /// <param name="rows">Its rows, of one length.</param>
    /// <param name="file">The file.</param>
    public static void Write(IReadOnlyList<IReadOnlyList<PreviewedImage>> rows, string file)
    {
        ImageSize size = rows[0][0].Size;
        int scale = Scale(size),
            stepX = (size.Width * scale) + Gap,
            stepY = (size.Height * scale) + Gap;
        (long width, long height) = Extent(size, rows.Count, rows[0].Count);
        using var canvas = new SKBitmap(new SKImageInfo((int)width, (int)height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> pixels = canvas.GetPixelSpan();
        pixels.Fill(byte.MaxValue);
        Span<Pixel> all = MemoryMarshal.Cast<byte, Pixel>(pixels);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < rows[row].Count; column++)
                Draw(rows[row][column], all[((((Gap + (row * stepY)) * canvas.Width) + Gap) + (column * stepX))..], canvas.Width, scale);
        }

        using SKData png = canvas.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(file, png.SaveTo);
    }

    private static int Scale(ImageSize tile)
    {
        int longer = Math.Max(tile.Height, tile.Width);
        return Math.Max(1, (SmallestTile + longer - 1) / longer);
    }

    private static void Draw(PreviewedImage image, Span<Pixel> canvas, int pitch, int scale)
    {
        ReadOnlySpan<byte> rgb = image.Rgb.Span;
        for (int y = 0; y < image.Size.Height * scale; y++)
        {
            for (int x = 0; x < image.Size.Width * scale; x++)
            {
                int from = (((y / scale) * image.Size.Width) + (x / scale)) * 3;
                canvas[(y * pitch) + x] = new(rgb[from], rgb[from + 1], rgb[from + 2], byte.MaxValue);
            }
        }
    }

    private readonly record struct Pixel(byte Red, byte Green, byte Blue, byte Alpha);
}
