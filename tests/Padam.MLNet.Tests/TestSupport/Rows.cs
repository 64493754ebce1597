using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests;

/// <summary>Views over rows made by hand, of any label and image type.</summary>
internal static class Rows
{
    /// <summary>
    /// The records of <see cref="TinyImages"/> as rows. Labels count from 0, as ML.NET takes keys from memory; one that is no class becomes
    /// a missing one.
    /// </summary>
    internal static Row<uint, byte[]>[] Of(int count, int classes = 10, int seed = 1) =>
        [
            .. TinyImages
                .Records(count, classes, seed)
                .Chunk(1 + TinyImages.Bytes)
                .Select(record => new Row<uint, byte[]> { Label = record[0], Features = record[1..] }),
        ];

    /// <summary>A view of 3xHxW vectors, bytes or singles.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="classes">Keys of the label.</param>
    /// <param name="values">What the keys stand for: an array of texts or numbers, or null.</param>
    /// <param name="dimensions">Dimensions of the vector; null is 3x32x32.</param>
    internal static IDataView View<TLabel, TImage>(
        MLContext mlContext,
        IEnumerable<Row<TLabel, TImage>> rows,
        int classes = 10,
        Array? values = null,
        params int[]? dimensions
    )
    {
        var schema = SchemaDefinition.Create(typeof(Row<TLabel, TImage>));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(TLabel), classes);
        switch (values)
        {
            case null:
                break;
            case string[] names:
                Annotate(schema, [.. names.Select(name => name.AsMemory())], TextDataViewType.Instance);
                break;
            case int[] numbers:
                Annotate(schema, numbers, NumberDataViewType.Int32);
                break;
            case float[] numbers:
                Annotate(schema, numbers, NumberDataViewType.Single);
                break;
            case ulong[] numbers:
                Annotate(schema, numbers, NumberDataViewType.UInt64);
                break;
            case bool[] flags:
                Annotate(schema, flags, BooleanDataViewType.Instance);
                break;
            default:
                throw new ArgumentException($"{values.GetType()} is no type of key values here.", nameof(values));
        }

        if (dimensions is null or [])
            dimensions = [3, TinyImages.Side, TinyImages.Side];
        schema["Features"].ColumnType = new VectorDataViewType(
            typeof(TImage) == typeof(byte[]) ? NumberDataViewType.Byte : NumberDataViewType.Single,
            dimensions
        );
        return mlContext.Data.LoadFromEnumerable(rows, schema);
    }

    /// <summary>A view of MLImages.</summary>
    internal static IDataView View(MLContext mlContext, IEnumerable<ImageRow> rows) => mlContext.Data.LoadFromEnumerable(rows);

    internal static IEnumerable<Row<uint, float[]>> Singles(IEnumerable<Row<uint, byte[]>> rows, float scale = 1) =>
        rows.Select(row => new Row<uint, float[]> { Label = row.Label, Features = [.. row.Features.Select(value => value * scale)] });

    /// <summary>Planes of red, green and blue as an MLImage.</summary>
    internal static MLImage Image(
        byte[] chw,
        int height = TinyImages.Side,
        int width = TinyImages.Side,
        MLPixelFormat format = MLPixelFormat.Bgra32,
        byte alpha = 255
    )
    {
        int plane = height * width;
        byte[] pixels = new byte[4 * plane];
        for (int i = 0; i < plane; i++)
        {
            (byte red, byte green, byte blue) = (chw[i], chw[plane + i], chw[(2 * plane) + i]);
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2], pixels[(4 * i) + 3]) =
                format == MLPixelFormat.Rgba32 ? (red, green, blue, alpha) : (blue, green, red, alpha);
        }

        return MLImage.CreateFromPixels(width, height, format, pixels);
    }

    private static void Annotate<T>(SchemaDefinition schema, T[] values, PrimitiveDataViewType type) =>
        schema["Label"].AddAnnotation("KeyValues", new VBuffer<T>(values.Length, values), new VectorDataViewType(type, values.Length));
}

/// <summary>A row of a view made by hand.</summary>
internal sealed class Row<TLabel, TImage>
{
    public TLabel Label { get; set; } = default!;

    public TImage Features { get; set; } = default!;
}

/// <summary>A row with an image that its owner holds in memory.</summary>
internal sealed class ImageRow
{
    [KeyType(10)]
    public uint Label { get; set; }

    [Microsoft.ML.Transforms.Image.ImageType(TinyImages.Side, TinyImages.Side)]
    public MLImage Features { get; set; } = null!;
}
