using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Pieces;

/// <summary>
/// The scoring cursor from bytes to Score. "none" is a network that does next to nothing, so that what is left is the cursor's own. Time is
/// per image.
/// </summary>
public class Scoring
{
    private const int Images = 1024;
    private readonly MLContext _mlContext = new(seed: 1);
    private SyntheticCifar _files = null!;
    private ImageClassificationTransformer _model = null!;
    private IDataView _images = null!;

    [Params("none", "wrn-16-4")]
    public string Network { get; set; } = "";

    [GlobalSetup]
    public void Fit()
    {
        Backbone.Register(
            "none",
            classes => nn.Sequential(("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("linear", nn.Linear(3, classes)))
        );
        _files = new SyntheticCifar(train: 128, test: Images);
        _images = _files.Load(_mlContext, CifarSplit.Test);
        _model = _mlContext
            .Padam()
            .ImageClassifier(backbone: Backbone.Parse(Network), epochs: 1)
            .Fit(_files.Load(_mlContext, CifarSplit.Train));
    }

    [Benchmark(OperationsPerInvoke = Images)]
    public int Cursor() => _model.Transform(_images).GetColumn<float[]>("Score").Count();

    [GlobalCleanup]
    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }
}
