using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Padam.MLNet.Data;

namespace Padam.Benchmarks.Transfer;

/// <summary>Some images of each class to learn from, and others to be asked for: Label, a key, and Image, of 224 x 224.</summary>
internal sealed record FewImages(IDataView Train, IDataView Test)
{
    private const int Classes = 10,
        Side = 32,
        Plane = Side * Side,
        RecordBytes = 1 + (3 * Plane);

    internal const int NetworkSide = 224;

    /// <param name="mlContext">The context.</param>
    /// <param name="folder">CIFAR-10's.</param>
    /// <param name="perClass">Training images a class, drawn from all by the seed.</param>
    /// <param name="test">The first so many test images.</param>
    /// <param name="seed">Decides the draw.</param>
    internal static FewImages Draw(MLContext mlContext, string folder, int perClass, int test, int seed)
    {
        byte[][] all = [.. Enumerable.Range(1, 5).SelectMany(file => Records(folder, $"data_batch_{file}.bin"))];
        byte[][] drawn =
        [
            .. Order
                .Shuffled(all.Length, seed)
                .Select(i => all[i])
                .GroupBy(record => record[0])
                .SelectMany(records => records.Take(perClass)),
        ];
        return new(View(mlContext, drawn), View(mlContext, [.. Records(folder, "test_batch.bin").Take(test)]));
    }

    private static byte[][] Records(string folder, string file) => [.. File.ReadAllBytes(Path.Combine(folder, file)).Chunk(RecordBytes)];

    private static IDataView View(MLContext mlContext, byte[][] records)
    {
        IDataView small = mlContext.Data.LoadFromEnumerable(
            records.Select(record => new Row { Label = record[0], Small = Image(record.AsSpan(1)) }).ToArray()
        );
        return mlContext.Transforms.ResizeImages("Image", NetworkSide, NetworkSide, nameof(Row.Small)).Fit(small).Transform(small);
    }

    private static MLImage Image(ReadOnlySpan<byte> chw)
    {
        byte[] pixels = new byte[4 * Plane];
        for (int i = 0; i < Plane; i++)
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2], pixels[(4 * i) + 3]) = (
                chw[(2 * Plane) + i],
                chw[Plane + i],
                chw[i],
                255
            );
        return MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, pixels);
    }

    private sealed class Row
    {
        [KeyType(Classes)]
        public uint Label { get; set; }

        [ImageType(Side, Side)]
        public MLImage Small { get; set; } = null!;
    }
}
