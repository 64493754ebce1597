using System.Drawing;
using System.Runtime.InteropServices;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>
/// Pixels that let the ground show through. Decoders multiply colours by their opacity, so that what is left to do is to add the ground's
/// part, of which black has none.
/// </summary>
internal static class Transparency
{
    private const uint Opacity = 0xFF000000; // the last of four bytes, little-endian, in both orders of the colours

    internal static bool IsIn(SKBitmap bitmap)
    {
        if (bitmap.AlphaType == SKAlphaType.Opaque)
            return false;
        uint all = Opacity;
        foreach (uint pixel in MemoryMarshal.Cast<byte, uint>(bitmap.PixelBytes()))
            all &= pixel;
        return all != Opacity;
    }

    /// <summary>The picture on a ground; null where that changes nothing.</summary>
    internal static SKBitmap? On(Color ground, SKBitmap bitmap)
    {
        if ((ground.R | ground.G | ground.B) == 0)
            return null;
        ReadOnlySpan<byte> pixels = bitmap.PixelBytes();
        byte[] grounded = pixels.ToArray();
        (byte first, byte third) = bitmap.ColorType == SKColorType.Rgba8888 ? (ground.R, ground.B) : (ground.B, ground.R);
        for (int i = 0; i < grounded.Length; i += 4)
        {
            int through = 255 - grounded[i + 3];
            grounded[i] = Add(grounded[i], first, through);
            grounded[i + 1] = Add(grounded[i + 1], ground.G, through);
            grounded[i + 2] = Add(grounded[i + 2], third, through);
        }

        var result = new SKBitmap(bitmap.Info.WithAlphaType(SKAlphaType.Opaque), bitmap.RowBytes);
        Marshal.Copy(grounded, 0, result.GetPixels(), grounded.Length);
        return result;
    }

    private static byte Add(byte colour, byte ground, int through) => (byte)Math.Min(255, colour + (((ground * through) + 127) / 255));
}
