using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

// From made pictures of 32 x 32 pixels to a model in a zip, and back.
var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadFromEnumerable(Rows(from: 0, count: 600)),
    test = mlContext.Data.LoadFromEnumerable(Rows(from: 600, count: 200));

var pipeline = mlContext
    .Transforms.Conversion.MapValueToKey("Label", nameof(Row.Class))
    .Append(
        mlContext
            .Padam()
            .ImageClassifier(
                new ImageClassificationOptions
                {
                    Backbone = Backbone.Parse("vgg-small"),
                    Optimizer = new PadamOptions
                    {
                        LearningRate = 0.1,
                        Partial = 1.0 / 8,
                        WeightDecay = 5e-4,
                    },
                    BatchSize = 32,
                    Epochs = 5,
                    MetricsCallback = epoch =>
                        Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, {epoch.Accuracy:P1} right"),
                }
            )
    )
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedClass", "PredictedLabel"));

ITransformer model = pipeline.Fit(train);
double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
Console.WriteLine($"{accuracy:P1} of the test pictures are right (a guess: 25 %).");

// Any other process loads it by the same line, without knowing what is in it.
mlContext.Model.Save(model, train.Schema, "model.zip");
ITransformer loaded = mlContext.Model.Load("model.zip", out _);
Console.WriteLine($"model.zip knows the classes {string.Join(", ", ImageClassificationTransformer.Find(loaded).ClassNames!)}.");

// One picture at a time. An engine is for one thread; the model is for any number of them.
using var engine = mlContext.Model.CreatePredictionEngine<Row, Prediction>(loaded);
int right = Rows(from: 600, count: 20).Count(row => engine.Predict(row).PredictedClass == row.Class);
Console.WriteLine($"One by one, {right} of the first 20 are right.");

string[] inBatches = [.. model.Transform(test).GetColumn<string>("PredictedClass").Take(20)],
    fromZip = [.. loaded.Transform(test).GetColumn<string>("PredictedClass").Take(20)];
return accuracy > 0.7 && inBatches.SequenceEqual(fromZip) ? 0 : 1;

static IEnumerable<Row> Rows(int from, int count) =>
    Enumerable.Range(from, count).Select(number => new Row { Features = Shapes.Pixels(number, Row.Side), Class = Shapes.ClassOf(number) });

internal sealed class Row
{
    public const int Side = 32;

    [VectorType(3, Side, Side)]
    public byte[] Features { get; set; } = [];

    public string Class { get; set; } = "";
}

internal sealed class Prediction
{
    public string PredictedClass { get; set; } = "";

    public float[] Score { get; set; } = [];
}
