using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

// Out to ONNX in two ways, and back in: a network that ONNX Runtime runs, and a pipeline that ML.NET reads.
var mlContext = new MLContext(seed: 1);
IDataView labelled = mlContext.Data.LoadFromEnumerable(
    Enumerable.Range(0, 600).Select(number => new Labelled { Features = Shapes.Pixels(number, Row.Side), Class = Shapes.ClassOf(number) })
);
IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Labelled.Class)).Fit(labelled).Transform(labelled);
Row[] rows = [.. Enumerable.Range(600, 40).Select(number => new Row { Features = Shapes.Pixels(number, Row.Side) })];
IDataView pictures = mlContext.Data.LoadFromEnumerable(rows);

using ImageClassificationTransformer model = mlContext
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
        }
    )
    .Fit(train);
float[][] scores = [.. model.Transform(pictures).GetColumn<float[]>("Score")];

// 1. The network alone, pixels to probabilities, for ONNX Runtime in any language.
model.SaveOnnx("network.onnx");
using var session = new InferenceSession("network.onnx");
string[] classes = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!;
var input = new DenseTensor<byte>(rows.SelectMany(row => row.Features).ToArray(), [rows.Length, 3, Row.Side, Row.Side]);
using var results = session.Run([NamedOnnxValue.CreateFromTensor("Features", input)], ["Score"]);
float[][] byRuntime = [.. results.Single().AsEnumerable<float>().Chunk(classes.Length)];
double ofNetwork = Largest(scores, byRuntime);
int right = byRuntime.Index().Count(row => classes[Array.IndexOf(row.Item, row.Item.Max())] == Shapes.ClassOf(600 + row.Index));
Console.WriteLine($"network.onnx in ONNX Runtime: {right} of {rows.Length} right, probabilities differ by at most {ofNetwork:E1}.");

// 2. ML.NET's own way: what was fitted becomes a graph, and a step of a pipeline reads it.
using (FileStream stream = File.Create("pipeline.onnx"))
    mlContext.Model.ConvertToOnnx(model, pictures, stream, "Score", "PredictedLabel");
IDataView read = mlContext
    .Transforms.ApplyOnnxModel(["Score.output", "PredictedLabel.output"], ["Features"], "pipeline.onnx")
    .Fit(pictures)
    .Transform(pictures);
double ofPipeline = Largest(scores, [.. read.GetColumn<float[]>("Score")]);
Console.WriteLine($"pipeline.onnx in ML.NET: probabilities differ by at most {ofPipeline:E1}.");

return ofNetwork < 1e-5 && ofPipeline < 1e-5 && right >= 28 ? 0 : 1;

static double Largest(float[][] one, float[][] other) => one.Zip(other, (a, b) => a.Zip(b, (p, q) => Math.Abs(p - q)).Max()).Max();

internal class Row
{
    public const int Side = 32;

    [VectorType(3, Side, Side)]
    public byte[] Features { get; set; } = [];
}

internal sealed class Labelled : Row
{
    public string Class { get; set; } = "";
}
