using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.MLNetInternals;

/// <summary>
/// The bitmap in an MLImage. <see cref="MLImage.Pixels"/> calls a method of SkiaSharp 2 that SkiaSharp 3 changed, so that it fails in any
/// program that has 3 for another package's sake. All that is called here is the same in both.
/// </summary>
internal static class MLImagePixels
{
    /// <summary>The bitmap, 8888 in the order of the image's PixelFormat; null where the image was disposed.</summary>
    internal static SKBitmap? Bitmap(this MLImage image) => Field(image);

    /// <summary>Its pixels, row by row, RowBytes apart.</summary>
    internal static unsafe ReadOnlySpan<byte> PixelBytes(this SKBitmap bitmap) =>
        new((void*)bitmap.GetPixels(), bitmap.RowBytes * bitmap.Height);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_image")]
    private static extern ref SKBitmap? Field(MLImage image);
}
