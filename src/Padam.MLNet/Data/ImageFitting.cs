using System.Drawing;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>How pictures are brought to the network's input: bytes, CHW, red first, of one size, on a ground of one colour.</summary>
/// <param name="Resize">How a size is reached; null where others than the network's are refused.</param>
/// <param name="Background">What shows through transparent pixels, and around a picture that is padded.</param>
/// <param name="Upright">Whether the orientation in the EXIF data of encoded images is followed.</param>
/// <param name="OnTransparent">Called for each picture that has such pixels.</param>
internal sealed record ImageFitting(ImageResize? Resize, Color Background, bool Upright = true, Action? OnTransparent = null)
{
    /// <param name="preprocessing">What is wanted of pictures.</param>
    /// <param name="mayResize">Whether pictures of another size than the network's may be brought to it.</param>
    /// <param name="onTransparent">Called for each picture that has transparent pixels.</param>
    internal ImageFitting(ImagePreprocessing preprocessing, bool mayResize = true, Action? onTransparent = null)
        : this(mayResize ? preprocessing.Resize : null, preprocessing.BackgroundColor, preprocessing.ExifOrientation, onTransparent) =>
        ResizedBySkia = preprocessing.ResizedBySkia;

    /// <summary>Whether SkiaSharp resizes, as it did for models before they said how.</summary>
    internal bool ResizedBySkia { get; init; }

    /// <summary>Writes a picture; false where its size is another and may not be changed.</summary>
    internal bool Write(SKBitmap bitmap, ImageShape shape, Span<byte> chw)
    {
        bool fits = bitmap.Height == shape.Height && bitmap.Width == shape.Width;
        if (!fits && Resize is null)
            return false;
        using SKBitmap? grounded = Transparency.IsIn(bitmap) ? Grounded(bitmap) : null;
        if (fits)
        {
            Split(grounded ?? bitmap, shape, chw);
            return true;
        }

        (SKRectI part, SKSizeI size) = Placed(bitmap.Width, bitmap.Height, shape, Resize!.Value);
        if (ResizedBySkia)
        {
            using SKBitmap resized = BySkia(grounded ?? bitmap, part, size);
            Split(resized, shape, chw);
        }
        else
        {
            SKBitmap whole = grounded ?? bitmap;
            ReadOnlySpan<byte> from = whole.PixelBytes()[(part.Top * whole.RowBytes + part.Left * whole.BytesPerPixel)..];
            byte[] resized = Resampling.Resize(from, whole.RowBytes, part.Height, part.Width, size.Height, size.Width);
            Split(resized, size.Width * whole.BytesPerPixel, size, whole.ColorType, shape, chw);
        }

        return true;
    }

    /// <summary>Which part of a picture is taken, and to which size it is brought.</summary>
    internal static (SKRectI Part, SKSizeI Size) Placed(int width, int height, ImageShape shape, ImageResize resize)
    {
        var whole = new SKRectI(0, 0, width, height);
        (double across, double down) = ((double)shape.Width / width, (double)shape.Height / height);
        switch (resize)
        {
            case ImageResize.Crop:
                double larger = Math.Max(across, down);
                // The part is cut out first: all of a long strip, enlarged, would need any amount of memory.
                (int partWidth, int partHeight) = (Side(shape.Width / larger, width), Side(shape.Height / larger, height));
                return (
                    SKRectI.Create((width - partWidth) / 2, (height - partHeight) / 2, partWidth, partHeight),
                    new SKSizeI(shape.Width, shape.Height)
                );
            case ImageResize.Pad:
                double smaller = Math.Min(across, down);
                return (whole, new SKSizeI(Side(width * smaller, shape.Width), Side(height * smaller, shape.Height)));
            default:
                return (whole, new SKSizeI(shape.Width, shape.Height));
        }

        static int Side(double length, int most) => Math.Clamp((int)Math.Round(length), 1, most);
    }

    private SKBitmap? Grounded(SKBitmap bitmap)
    {
        OnTransparent?.Invoke();
        return Transparency.On(Background, bitmap);
    }

    // As if opaque: otherwise the colours under transparent pixels would be lost.
    private static SKBitmap BySkia(SKBitmap bitmap, SKRectI part, SKSizeI size)
    {
        SKImageInfo info = bitmap.Info.WithAlphaType(SKAlphaType.Opaque);
        using var opaque = new SKBitmap();
        opaque.InstallPixels(
            info.WithSize(part.Width, part.Height),
            bitmap.GetPixels() + (part.Top * bitmap.RowBytes) + (part.Left * bitmap.BytesPerPixel),
            bitmap.RowBytes
        );
        return opaque.Resize(info.WithSize(size.Width, size.Height), SKFilterQuality.Medium)
            ?? throw new InvalidDataException($"an image of {bitmap.Height}x{bitmap.Width} could not be resized");
    }

    // Four interleaved bytes a pixel become three planes; transparency is dropped. What a smaller picture leaves free is ground.
    private void Split(SKBitmap bitmap, ImageShape shape, Span<byte> chw) =>
        Split(bitmap.PixelBytes(), bitmap.RowBytes, bitmap.Info.Size, bitmap.ColorType, shape, chw);

    private void Split(ReadOnlySpan<byte> pixels, int rowBytes, SKSizeI size, SKColorType color, ImageShape shape, Span<byte> chw)
    {
        (int red, int blue) = color == SKColorType.Rgba8888 ? (0, 2) : (2, 0);
        int plane = shape.Pixels;
        (int top, int left) = ((shape.Height - size.Height) / 2, (shape.Width - size.Width) / 2);
        if (size.Height < shape.Height || size.Width < shape.Width)
        {
            chw[..plane].Fill(Background.R);
            chw[plane..(2 * plane)].Fill(Background.G);
            chw[(2 * plane)..].Fill(Background.B);
        }

        for (int y = 0; y < size.Height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * rowBytes, 4 * size.Width);
            int i = ((top + y) * shape.Width) + left;
            for (int x = 0; x < row.Length; x += 4, i++)
            {
                chw[i] = row[x + red];
                chw[plane + i] = row[x + 1];
                chw[(2 * plane) + i] = row[x + blue];
            }
        }
    }
}
