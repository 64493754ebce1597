using Microsoft.ML;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Turns the picture of a row, whatever holds it, into bytes, CHW, red first.</summary>
internal abstract class PictureReader(DataViewRow row, DataViewSchema.Column column, ImageFitting fitting)
{
    /// <summary>Which row and column it is, for messages.</summary>
    protected string Place => $"Column '{column.Name}', row {row.Position}";

    protected ImageFitting Fitting => fitting;

    /// <summary>The size of the row's picture.</summary>
    internal ImageShape ShapeOfRow()
    {
        SKBitmap bitmap = Bitmap();
        try
        {
            return new(bitmap.Height, bitmap.Width);
        }
        finally
        {
            Release(bitmap);
        }
    }

    internal void Read(ImageShape shape, Span<byte> chw)
    {
        SKBitmap bitmap = Bitmap();
        try
        {
            if (!fitting.Write(bitmap, shape, chw))
                throw new InvalidDataException(
                    $"{Place}: the image is {bitmap.Height}x{bitmap.Width} where the others are {shape}. "
                        + "Append Transforms.ResizeImages before the trainer, or set ImageSize."
                );
        }
        finally
        {
            Release(bitmap);
        }
    }

    /// <summary>The picture, 8888; to be given back by <see cref="Release"/>.</summary>
    /// <exception cref="BadImageException">There is none.</exception>
    protected abstract SKBitmap Bitmap();

    protected abstract void Release(SKBitmap bitmap);
}
