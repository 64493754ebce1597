using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.Neighbours.Tests;

/// <summary>Rows of numbers in three classes, for trainers that know no images.</summary>
internal sealed class Numbers
{
    internal const int Count = 4;

    [KeyType(3)]
    public uint Label { get; set; }

    [VectorType(Count)]
    public float[] Values { get; set; } = [];

    internal static IDataView Load(MLContext mlContext) =>
        mlContext.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, 300)
                .Select(i => new Numbers
                {
                    Label = (uint)(i % 3),
                    Values = [.. Enumerable.Range(1, Count).Select(k => (i % 3) + MathF.Sin(i * k))],
                })
                .ToArray()
        );
}
