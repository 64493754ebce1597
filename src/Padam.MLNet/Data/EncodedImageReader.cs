using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Decodes the image file that a row holds as bytes.</summary>
internal sealed class EncodedImageReader(DataViewRow row, DataViewSchema.Column column, ImageFitting fitting)
    : PictureReader(row, column, fitting)
{
    private readonly ValueGetter<VBuffer<byte>> _getter = row.GetGetter<VBuffer<byte>>(column);
    private VBuffer<byte> _file;

    protected override SKBitmap Bitmap()
    {
        _getter(ref _file);
        try
        {
            return ImageFile.Decode([.. _file.DenseValues()], Fitting.Upright);
        }
        catch (BadImageException fault)
        {
            throw new BadImageException($"{Place}: the image could not be decoded: {fault.Message}.", fault);
        }
    }

    protected override void Release(SKBitmap bitmap) => bitmap.Dispose();
}
