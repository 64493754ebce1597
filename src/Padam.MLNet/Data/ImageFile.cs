using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>
/// Decodes an image file as MLImage does, but looks at its header first, takes no half of an image for a whole one, and turns it upright.
/// </summary>
internal static class ImageFile
{
    /// <summary>The most pixels, height times width, that are decoded: 8192 x 8192.</summary>
    internal const long LargestPixels = 1L << 26;

    /// <summary>Whether the file's content, whatever its name, is an image of a format that is decoded.</summary>
    internal static bool IsImage(string path)
    {
        using SKCodec? codec = SKCodec.Create(path);
        // Two zeros and two small numbers make a WBMP, which many a file of another kind begins with.
        return codec is not null && codec.EncodedFormat != SKEncodedImageFormat.Wbmp;
    }

    /// <param name="path">The file.</param>
    /// <param name="upright">Whether the orientation in its EXIF data is followed.</param>
    /// <exception cref="BadImageException">The message says what is wrong, without the path.</exception>
    internal static MLImage Decode(string path, bool upright)
    {
        try
        {
            // The length of what a link leads to, not of the link.
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read))
            {
                if (file.Length == 0)
                    throw new BadImageException("it is empty");
            }

            using SKCodec codec =
                SKCodec.Create(path, out SKCodecResult opened)
                ?? throw new BadImageException($"it is no image, or cannot be read ({opened})");
            SKImageInfo header = codec.Info;
            if ((long)header.Width * header.Height > LargestPixels)
                throw new BadImageException(
                    $"its header says {header.Height}x{header.Width} pixels, and {LargestPixels} are the most that are " + "decoded"
                );

            SKImageInfo info = new(
                header.Width,
                header.Height,
                SKColorType.Bgra8888,
                header.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul
            );
            using SKBitmap bitmap = new(info);
            SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
            if (result != SKCodecResult.Success)
                throw new BadImageException(result == SKCodecResult.IncompleteInput ? "it is cut off" : $"it is damaged ({result})");
            return upright && codec.EncodedOrigin != SKEncodedOrigin.TopLeft
                ? Upright(bitmap, codec.EncodedOrigin)
                : MLImage.CreateFromPixels(info.Width, info.Height, MLPixelFormat.Bgra32, bitmap.PixelBytes());
        }
        catch (Exception fault) when (fault is IOException and not BadImageException or UnauthorizedAccessException)
        {
            throw new BadImageException(fault.Message, fault);
        }
    }

    private static MLImage Upright(SKBitmap bitmap, SKEncodedOrigin origin)
    {
        ImageShape size = new(bitmap.Height, bitmap.Width);
        uint[] pixels = ImageOrientation.Upright(MemoryMarshal.Cast<byte, uint>(bitmap.PixelBytes()), ref size, origin);
        return MLImage.CreateFromPixels(size.Width, size.Height, MLPixelFormat.Bgra32, MemoryMarshal.AsBytes<uint>(pixels));
    }
}
