using System.Drawing;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Turns the MLImage of a row into bytes, CHW, red first; on a ground of one colour, stretched where that was asked for.</summary>
internal sealed class MLImageReader
{
    private readonly DataViewRow _row;
    private readonly string _column;
    private readonly ValueGetter<MLImage> _getter;
    private readonly ImageShape _shape;
    private readonly ImageFitting _fitting;

    // Handed back with each call: a source that makes images frees the last one, a source that holds them keeps it. So none is disposed
    // here.
    private MLImage? _image;

    internal MLImageReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape, ImageFitting fitting)
    {
        (_row, _column, _shape, _fitting) = (row, column.Name, shape, fitting);
        _getter = row.GetGetter<MLImage>(column);
    }

    /// <summary>The size of the row's image.</summary>
    internal static ImageShape ShapeOf(DataViewRow row, DataViewSchema.Column column)
    {
        SKBitmap bitmap = new MLImageReader(row, column, default, new(Stretch: false, Color.Black)).Bitmap();
        return new(bitmap.Height, bitmap.Width);
    }

    internal void Read(Span<byte> chw)
    {
        SKBitmap bitmap = Bitmap();
        bool fits = bitmap.Height == _shape.Height && bitmap.Width == _shape.Width;
        if (!fits && !_fitting.Stretch)
        {
            throw new InvalidDataException(
                $"Column '{_column}', row {_row.Position}: the image is {bitmap.Height}x{bitmap.Width} where the others are {_shape}. "
                    + "Append Transforms.ResizeImages before the trainer, or set ImageSize."
            );
        }

        using SKBitmap? grounded = Transparency.IsIn(bitmap) ? Grounded(bitmap) : null;
        using SKBitmap? stretched = fits ? null : Stretched(grounded ?? bitmap);
        Split(stretched ?? grounded ?? bitmap, chw);
    }

    private SKBitmap? Grounded(SKBitmap bitmap)
    {
        _fitting.OnTransparent?.Invoke();
        return Transparency.On(_fitting.Background, bitmap);
    }

    // As if opaque: otherwise the colours under transparent pixels would be lost.
    private SKBitmap Stretched(SKBitmap bitmap)
    {
        using var opaque = new SKBitmap();
        opaque.InstallPixels(bitmap.Info.WithAlphaType(SKAlphaType.Opaque), bitmap.GetPixels(), bitmap.RowBytes);
        return opaque.Resize(opaque.Info.WithSize(_shape.Width, _shape.Height), SKFilterQuality.Medium)
            ?? throw new InvalidDataException(
                $"Column '{_column}', row {_row.Position}: the image of {bitmap.Height}x{bitmap.Width} could not be resized to {_shape}."
            );
    }

    private SKBitmap Bitmap()
    {
        try
        {
            _getter(ref _image!);
        }
        catch (Exception fault)
            when (fault
                    is ArgumentException
                        or InvalidOperationException
                        and not ObjectDisposedException
                        or IOException
                        and not BadImageException
            )
        {
            // What ML.NET's own loaders throw where a file is missing or is no image.
            throw new BadImageException(
                $"Column '{_column}', row {_row.Position}: the image could not be loaded: {fault.Message.TrimEnd('.')}.",
                fault
            );
        }

        return _image?.Bitmap()
            ?? throw new BadImageException(
                $"Column '{_column}', row {_row.Position}: the image is missing, could not be decoded, or was disposed."
            );
    }

    // Four interleaved bytes a pixel become three planes; transparency is dropped.
    private void Split(SKBitmap bitmap, Span<byte> chw)
    {
        ReadOnlySpan<byte> pixels = bitmap.PixelBytes();
        (int red, int blue) = bitmap.ColorType == SKColorType.Rgba8888 ? (0, 2) : (2, 0);
        int plane = _shape.Pixels,
            i = 0;
        for (int y = 0; y < _shape.Height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * bitmap.RowBytes, 4 * _shape.Width);
            for (int x = 0; x < row.Length; x += 4, i++)
            {
                chw[i] = row[x + red];
                chw[plane + i] = row[x + 1];
                chw[(2 * plane) + i] = row[x + blue];
            }
        }
    }
}

/// <summary>How MLImages are brought to the network's input.</summary>
/// <param name="Stretch">Whether other sizes than the network's are stretched to it, or refused.</param>
/// <param name="Background">What shows through transparent pixels.</param>
/// <param name="OnTransparent">Called for each image that has such pixels.</param>
internal sealed record ImageFitting(bool Stretch, Color Background, Action? OnTransparent = null);
