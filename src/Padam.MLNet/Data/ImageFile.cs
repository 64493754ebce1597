using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>
/// Decodes image files as MLImage does, but looks at its header first, takes no half of an image for a whole one, and turns them upright.
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
                RequireBytes(file.Length);
            using SKCodec? codec = SKCodec.Create(path, out SKCodecResult opened);
            using SKBitmap bitmap = Decode(codec, opened, upright);
            return MLImage.CreateFromPixels(bitmap.Width, bitmap.Height, MLPixelFormat.Bgra32, bitmap.PixelBytes());
        }
        catch (Exception fault) when (fault is IOException and not BadImageException or UnauthorizedAccessException)
        {
            throw new BadImageException(fault.Message, fault);
        }
    }

    /// <summary>The memory that decoding a file takes for a moment, by its header; 0 where that cannot be read.</summary>
    internal static long BytesToDecode(string path)
    {
        const int bytesAPixel = 4,
            copies = 3; // The bitmap, its bytes, and the MLImage.
        using SKCodec? codec = SKCodec.Create(path);
        return codec is null ? 0 : Math.Min(LargestPixels, (long)codec.Info.Width * codec.Info.Height) * bytesAPixel * copies;
    }

    /// <summary>As above, from a file's bytes. Dispose the bitmap, whose pixels are of Bgra8888.</summary>
    internal static SKBitmap Decode(byte[] file, bool upright)
    {
        RequireBytes(file.Length);
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return Decode(codec, SKCodecResult.Unimplemented, upright);
    }

    private static void RequireBytes(long length)
    {
        if (length == 0)
            throw new BadImageException("it is empty");
    }

    private static SKBitmap Decode(SKCodec? codec, SKCodecResult opened, bool upright)
    {
        if (codec is null)
            throw new BadImageException($"it is no image, or cannot be read ({opened})");
        SKImageInfo header = codec.Info;
        if ((long)header.Width * header.Height > LargestPixels)
            throw new BadImageException(
                $"its header says {header.Height}x{header.Width} pixels, and {LargestPixels} are the most that are decoded"
            );

        SKImageInfo info = new(
            header.Width,
            header.Height,
            SKColorType.Bgra8888,
            header.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul
        );
        SKBitmap bitmap = new(info);
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        if (result == SKCodecResult.Success && (!upright || codec.EncodedOrigin == SKEncodedOrigin.TopLeft))
            return bitmap;
        using (bitmap)
        {
            return result == SKCodecResult.Success
                ? Upright(bitmap, codec.EncodedOrigin)
                : throw new BadImageException(result == SKCodecResult.IncompleteInput ? "it is cut off" : $"it is damaged ({result})");
        }
    }

    private static SKBitmap Upright(SKBitmap bitmap, SKEncodedOrigin origin)
    {
        ImageShape size = new(bitmap.Height, bitmap.Width);
        uint[] pixels = ImageOrientation.Upright(MemoryMarshal.Cast<byte, uint>(bitmap.PixelBytes()), ref size, origin);
        var upright = new SKBitmap(bitmap.Info.WithSize(size.Width, size.Height));
        Marshal.Copy(MemoryMarshal.Cast<uint, int>(pixels).ToArray(), 0, upright.GetPixels(), pixels.Length);
        return upright;
    }
}
