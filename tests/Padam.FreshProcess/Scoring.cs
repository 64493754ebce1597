using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.FreshProcess;

/// <summary>Loads a model as any ML.NET program would, with no call into Padam.MLNet, and prints the bits of its scores.</summary>
internal static class Scoring
{
    /// <param name="zip">The model.</param>
    /// <param name="images">A file of rows of 3 * side * side bytes.</param>
    /// <param name="sideText">The side.</param>
    internal static void Run(string zip, string images, string sideText)
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(zip, out _);

        int side = int.Parse(sideText, CultureInfo.InvariantCulture),
            size = 3 * side * side;
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, side, side);
        IDataView rows = mlContext.Data.LoadFromEnumerable(
            File.ReadAllBytes(images).Chunk(size).Select(image => new Row { Features = image }),
            schema
        );

        foreach (Scored scored in mlContext.Data.CreateEnumerable<Scored>(model.Transform(rows), reuseRowObject: false))
            Console.WriteLine(string.Join(' ', scored.Score.Select(BitConverter.SingleToInt32Bits)));
    }

    private sealed class Row
    {
        public required byte[] Features { get; set; }
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
