using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Data;

/// <summary>Reads the MLImage of a row.</summary>
internal sealed class MLImageReader(DataViewRow row, DataViewSchema.Column column, ImageFitting fitting)
    : PictureReader(row, column, fitting)
{
    private readonly ValueGetter<MLImage> _getter = row.GetGetter<MLImage>(column);

    // Handed back with each call: a source that makes images frees the last one, a source that holds them keeps it. So none is disposed
    // here.
    private MLImage? _image;

    protected override SKBitmap Bitmap()
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
            throw new BadImageException($"{Place}: the image could not be loaded: {fault.Message.TrimEnd('.')}.", fault);
        }

        return _image?.Bitmap() ?? throw new BadImageException($"{Place}: the image is missing, could not be decoded, or was disposed.");
    }

    protected override void Release(SKBitmap bitmap) { }
}
