using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Turns the MLImage of a row into bytes, CHW, red first; resized where that was asked for.</summary>
internal sealed class MLImageReader
{
    private readonly DataViewRow _row;
    private readonly string _column;
    private readonly ValueGetter<MLImage> _getter;
    private readonly ImageShape _shape;
    private readonly bool _resize;

    internal MLImageReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape, bool resize)
    {
        (_row, _column, _shape, _resize) = (row, column.Name, shape, resize);
        _getter = row.GetGetter<MLImage>(column);
    }

    /// <summary>The size of the row's image.</summary>
    internal static ImageShape ShapeOf(DataViewRow row, DataViewSchema.Column column)
    {
        using MLImage image = Get(row, column.Name, row.GetGetter<MLImage>(column));
        return new(image.Height, image.Width);
    }

    internal void Read(Span<byte> chw)
    {
        using MLImage image = Get(_row, _column, _getter);
        if (image.Height == _shape.Height && image.Width == _shape.Width)
        {
            Split(image.Pixels, image.PixelFormat, chw);
            return;
        }

        if (!_resize)
        {
            throw new InvalidDataException($"Column '{_column}', row {_row.Position}: the image is {image.Height}x{image.Width} where the others are {_shape}. "
                + "Append Transforms.ResizeImages before the trainer, or set ImageSize.");
        }

        using SKBitmap source = new(image.Width, image.Height, image.PixelFormat == MLPixelFormat.Rgba32 ? SKColorType.Rgba8888 : SKColorType.Bgra8888, SKAlphaType.Unpremul);
        image.Pixels.CopyTo(source.GetPixelSpan());
        using SKBitmap resized = source.Resize(new SKImageInfo(_shape.Width, _shape.Height, source.ColorType, source.AlphaType), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))
            ?? throw new InvalidDataException($"Column '{_column}', row {_row.Position}: the image of {image.Height}x{image.Width} could not be resized to {_shape}.");
        Split(resized.GetPixelSpan(), image.PixelFormat, chw);
    }

    private static MLImage Get(DataViewRow row, string column, ValueGetter<MLImage> getter)
    {
        MLImage? image = null;
        getter(ref image!);
        return image ?? throw new InvalidDataException($"Column '{column}', row {row.Position}: the image is missing or could not be decoded.");
    }

    // Four interleaved bytes a pixel become three planes; transparency is dropped.
    private void Split(ReadOnlySpan<byte> pixels, MLPixelFormat format, Span<byte> chw)
    {
        (int red, int blue) = format == MLPixelFormat.Rgba32 ? (0, 2) : (2, 0);
        int plane = _shape.Pixels;
        for (int i = 0; i < plane; i++)
        {
            chw[i] = pixels[(4 * i) + red];
            chw[plane + i] = pixels[(4 * i) + 1];
            chw[(2 * plane) + i] = pixels[(4 * i) + blue];
        }
    }
}
