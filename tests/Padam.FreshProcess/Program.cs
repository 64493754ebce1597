// Loads a model as any ML.NET program would, with no call into Padam.MLNet, and prints the bits of the scores of the images in a file.
//   ARGS: model.zip, images (rows of 3 * side * side bytes), side
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out _);

int side = int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture),
    size = 3 * side * side;
byte[] pixels = File.ReadAllBytes(args[1]);
var schema = SchemaDefinition.Create(typeof(Row));
schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, side, side);
IDataView images = mlContext.Data.LoadFromEnumerable(pixels.Chunk(size).Select(image => new Row { Features = image }), schema);

foreach (Scored scored in mlContext.Data.CreateEnumerable<Scored>(model.Transform(images), reuseRowObject: false))
    Console.WriteLine(string.Join(' ', scored.Score.Select(BitConverter.SingleToInt32Bits)));

internal sealed class Row
{
    public required byte[] Features { get; set; }
}

internal sealed class Scored
{
    public float[] Score { get; set; } = [];
}
