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

        Print(mlContext, model.Transform(rows));
    }

    /// <param name="zip">The model.</param>
    /// <param name="paths">Picture files.</param>
    internal static void RunPictures(string zip, string[] paths)
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(zip, out _);
        IDataView rows = mlContext.Data.LoadFromEnumerable(paths.Select(path => new Picture { Path = path }));
        rows = mlContext.Transforms.LoadImages("Image", imageFolder: null, nameof(Picture.Path)).Fit(rows).Transform(rows);
        Print(mlContext, model.Transform(rows));
    }

    private static void Print(MLContext mlContext, IDataView scored)
    {
        foreach (Scored row in mlContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false))
            Console.WriteLine(string.Join(' ', row.Score.Select(BitConverter.SingleToInt32Bits)));
    }

    private sealed class Picture
    {
        public required string Path { get; set; }
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
