using Padam.MLNet;
using Padam.MLNet.Formats;
using ScottPlot;
using ScottPlot.Colormaps;
using SkiaSharp;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// An image as a network saw it, and beside it the same under the colours of what spoke for a class: blue little, red much.
/// </summary>
internal static class HeatPicture
{
    // Small images are enlarged in whole steps, so that one sees what the network saw.
    private const int LeastSide = 224,
        Gap = 8;
    private const double Opacity = 0.55;

    /// <summary>Writes the PNG.</summary>
    public static void Write(string path, ClassActivationMap map) => AtomicFile.Write(path, stream => stream.Write(Png(map)));

    /// <summary>The PNG's bytes.</summary>
    public static byte[] Png(ClassActivationMap map)
    {
        (int height, int width) = (map.Size.Height, map.Size.Width);
        int enlarged = Math.Max(1, (LeastSide + Math.Min(height, width) - 1) / Math.Min(height, width));
        using var picture = new SKBitmap((2 * width * enlarged) + Gap, height * enlarged, SKColorType.Rgba8888, SKAlphaType.Opaque);
        picture.Erase(SKColors.White);
        var colours = new Turbo();
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < width * enlarged; x++)
            {
                int pixel = (y / enlarged * width) + (x / enlarged);
                SKColor seen = new(map.Pixels[3 * pixel], map.Pixels[(3 * pixel) + 1], map.Pixels[(3 * pixel) + 2]);
                picture.SetPixel(x, y, seen);
                picture.SetPixel((width * enlarged) + Gap + x, y, Blend(seen, colours.GetColor(map.Heat[pixel])));
            }
        }

        using SKData png = picture.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }

    private static SKColor Blend(SKColor below, Color above)
    {
        return new(Mixed(below.Red, above.R), Mixed(below.Green, above.G), Mixed(below.Blue, above.B));

        static byte Mixed(byte from, byte to) => (byte)Math.Round(from + (Opacity * (to - from)));
    }
}
