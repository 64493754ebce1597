using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using Padam.MLNet.Optimizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// One network twice: of TorchSharp's modules, and of this library's layers, which have the same parameters and faster kernels. From a
// registered name on, either is a backbone as any other: it trains, scores, saves and loads by it.
Backbone.Register("mine, of modules", classes => Network(Block, MaxPool2d(2), classes));
Backbone.Register(
    "mine, of layers",
    classes => Network((inputs, outputs) => new ConvolutionBatchNorm(inputs, outputs, kernelSize: 3), new MaxPool(2), classes)
);

var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadFromEnumerable(Rows(from: 0, count: 400)),
    test = mlContext.Data.LoadFromEnumerable(Rows(from: 400, count: 200));

(double[] Losses, double Accuracy) modules = Trained("mine, of modules"),
    layers = Trained("mine, of layers");
double difference = modules.Losses.Zip(layers.Losses, (one, other) => Math.Abs(one - other) / one).Max();
Console.WriteLine($"The same seed, the same first weights, the same losses: the largest difference is {difference:P3} of a loss.");
return difference < 0.02 && layers.Accuracy > 0.5 ? 0 : 1;

// With the same names for the same parts, either takes the other's weights file too.
static Module<Tensor, Tensor> Network(Func<int, int, Module<Tensor, Tensor>> block, Module<Tensor, Tensor> halved, int classes) =>
    Sequential(
        ("block1", block(3, 32)),
        ("block2", block(32, 64)),
        ("pool", halved),
        ("block3", block(64, 64)),
        ("mean", new GlobalAveragePool()),
        ("dense", Linear(64, classes))
    );

static Module<Tensor, Tensor> Block(int inputs, int outputs) =>
    Sequential(Conv2d(inputs, outputs, kernel_size: 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU());

(double[] Losses, double Accuracy) Trained(string name)
{
    Console.WriteLine(name);
    var clock = Stopwatch.StartNew();
    List<double> losses = [];
    var options = new ImageClassificationOptions
    {
        Backbone = Backbone.Parse(name),
        // A rule whose step follows the gradient: a rounding in a gradient near zero, which Adam would make a whole step of, stays one.
        Optimizer = new SgdOptions { LearningRate = 0.01 },
        BatchSize = 32,
        Epochs = 3,
        MetricsCallback = epoch =>
        {
            losses.Add(epoch.Loss);
            Console.WriteLine($"  epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F5}, {epoch.Accuracy:P1} right");
        },
    };
    using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(train);
    double seconds = clock.Elapsed.TotalSeconds;
    double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
    Console.WriteLine($"  {accuracy:P1} of the test pictures right, after {seconds:F0} s");
    return ([.. losses], accuracy);
}

static IEnumerable<Row> Rows(int from, int count) =>
    Enumerable
        .Range(from, count)
        .Select(number => new Row { Features = Shapes.Pixels(number, Row.Side), Label = (uint)(number % Shapes.Classes.Length) });

internal sealed class Row
{
    public const int Side = 32;

    [VectorType(3, Side, Side)]
    public byte[] Features { get; set; } = [];

    // A key without a step before: counted from 0 in memory, and without names.
    [KeyType(4)]
    public uint Label { get; set; }
}
