using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests;

/// <summary>A row of <see cref="TinyImages"/> with what it counts for in the loss.</summary>
internal sealed class WeightedRow
{
    internal const int Classes = 4;

    public uint Label { get; set; }

    public byte[] Features { get; set; } = [];

    public float Weight { get; set; }

    /// <summary>Twelve rows, of which every fifth counts for nothing.</summary>
    internal static WeightedRow[] Twelve(Func<int, uint> label) =>
        [
            .. Rows.Of(12)
                .Select(
                    (row, i) =>
                        new WeightedRow
                        {
                            Label = label(i),
                            Features = row.Features,
                            Weight = i % 5 == 4 ? 0 : 0.5f + i,
                        }
                ),
        ];

    /// <param name="mlContext">The context.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="classes">Keys of the label.</param>
    internal static IDataView View(MLContext mlContext, WeightedRow[] rows, int classes = Classes)
    {
        var schema = SchemaDefinition.Create(typeof(WeightedRow));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, 32, 32);
        return mlContext.Data.LoadFromEnumerable(rows, schema);
    }
}
