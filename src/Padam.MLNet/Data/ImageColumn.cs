using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Padam.MLNet.Data;

/// <summary>How a feature column holds its images.</summary>
internal enum ImageKind
{
    /// <summary>Vector&lt;Byte,3,H,W&gt;, white is 255.</summary>
    Bytes,

    /// <summary>Vector&lt;Single,3,H,W&gt;, white is PixelScale.</summary>
    Singles,

    /// <summary>MLImage.</summary>
    Image,

    /// <summary>The bytes of an image file, a variable Vector&lt;Byte&gt;.</summary>
    Encoded,
}

/// <summary>What a pixel's numbers mean.</summary>
internal enum PixelKind
{
    /// <summary>0 to 255: bytes, MLImages and image files.</summary>
    Bytes,

    /// <summary>0 to PixelScale: singles.</summary>
    Singles,
}

/// <summary>Fills a span with one image, CHW, red first.</summary>
internal delegate void ReadPixels<T>(Span<T> chw);

/// <summary>A feature column that was found fit to hold images.</summary>
/// <param name="Column">The column in its schema.</param>
/// <param name="Kind">How it holds them.</param>
/// <param name="Shape">Their size; null for MLImages and image files, whose size is known row by row.</param>
internal sealed record ImageColumn(DataViewSchema.Column Column, ImageKind Kind, ImageShape? Shape)
{
    internal const string Accepted =
        "a Vector<Byte,3,H,W> (LoadCifar10), a Vector<Single,3,H,W> (ExtractPixels with interleavePixelColors: false), an MLImage "
        + "(LoadImages), or the bytes of an image file (a variable Vector<Byte>)";

    /// <summary>The size that a column of MLImages promises, as one behind ResizeImages does; null where it promises none.</summary>
    internal ImageSize? SizeOfType =>
        Column.Type is ImageDataViewType { Height: > 0 and var height, Width: > 0 and var width } ? new(height, width) : null;

    internal PixelKind Pixels => Kind == ImageKind.Singles ? PixelKind.Singles : PixelKind.Bytes;

    /// <summary>Finds and checks a feature column.</summary>
    internal static ImageColumn Of(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column =
            schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(name),
                ColumnFault.Missing(ColumnFault.Feature, name, schema.Select(c => c.Name))
            );
        if (column.Type is ImageDataViewType)
            return new(column, ImageKind.Image, null);
        if (column.Type is VectorDataViewType { Dimensions: [0] } file && file.ItemType == NumberDataViewType.Byte)
            return new(column, ImageKind.Encoded, null);
        if (column.Type is VectorDataViewType { Dimensions: [ImageShape.Channels, > 0 and int height, > 0 and int width] } vector)
        {
            if (vector.ItemType == NumberDataViewType.Byte)
                return new(column, ImageKind.Bytes, new(height, width));
            if (vector.ItemType == NumberDataViewType.Single)
                return new(column, ImageKind.Singles, new(height, width));
        }

        throw new ArgumentOutOfRangeException(nameof(name), ColumnFault.NotImages(name, column.Type));
    }

    /// <summary>Reads bytes from a row of the column's schema (all kinds but Singles).</summary>
    internal ReadPixels<byte> ByteReader(DataViewRow row, ImageShape shape, ImageFitting fitting)
    {
        if (Kind == ImageKind.Bytes)
            return VectorReader<byte>(row);
        PictureReader pictures = Pictures(row, fitting);
        return chw => pictures.Read(shape, chw);
    }

    /// <summary>The size of a row's picture (kinds Image and Encoded).</summary>
    internal ImageShape ShapeOf(DataViewRow row, ImageFitting fitting) => Pictures(row, fitting).ShapeOfRow();

    /// <summary>Reads singles from a row of the column's schema (kind Singles).</summary>
    internal ReadPixels<float> SingleReader(DataViewRow row) => VectorReader<float>(row);

    private PictureReader Pictures(DataViewRow row, ImageFitting fitting) =>
        Kind == ImageKind.Image ? new MLImageReader(row, Column, fitting) : new EncodedImageReader(row, Column, fitting);

    private ReadPixels<T> VectorReader<T>(DataViewRow row)
        where T : unmanaged
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(Column);
        VBuffer<T> buffer = default;
        return chw =>
        {
            getter(ref buffer);
            if (buffer.Length != chw.Length)
                throw new InvalidDataException(
                    $"Column '{Column.Name}', row {row.Position}: {buffer.Length} values instead of {chw.Length}."
                );
            buffer.CopyTo(chw);
        };
    }
}
