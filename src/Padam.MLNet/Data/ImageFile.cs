using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Decodes an image file as MLImage does, but looks at its header first and takes no half of an image for a whole one.</summary>
internal static class ImageFile
{
    /// <summary>The most pixels, height times width, that are decoded: 8192 x 8192.</summary>
    internal const long LargestPixels = 1L << 26;

    /// <exception cref="BadImageException">The message says what is wrong, without the path.</exception>
    internal static MLImage Decode(string path)
    {
        try
        {
            if (new FileInfo(path).Length == 0)
                throw new BadImageException("it is empty");
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
            return MLImage.CreateFromPixels(info.Width, info.Height, MLPixelFormat.Bgra32, bitmap.PixelBytes());
        }
        catch (Exception fault) when (fault is IOException and not BadImageException or UnauthorizedAccessException)
        {
            throw new BadImageException(fault.Message, fault);
        }
    }
}
