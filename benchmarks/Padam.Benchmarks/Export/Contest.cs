using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.Benchmarks.Compare;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Tests;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Export;

/// <summary>One network, here and as a file in ONNX Runtime, before the same images.</summary>
internal sealed class Contest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Backbone _backbone;
    private readonly ImageSize _size;
    private readonly byte[][] _images;
    private readonly IDataView _view;
    private readonly ImageClassificationTransformer _model;
    private readonly OnnxModel _onnx;

    /// <param name="backbone">The network.</param>
    /// <param name="images">Images of 32x32; of larger ones a quarter as many.</param>
    /// <param name="cifar10">A folder of real ones, or null.</param>
    internal Contest(Backbone backbone, int images, string? cifar10)
    {
        _backbone = backbone;
        _size = backbone.Pretraining?.Size ?? new(32, 32);
        int count = _size.Height > 32 ? Math.Max(1, images / 4) : images;
        _images = MadeUpModel.Images(count, _size, cifar10);
        var mlContext = new MLContext(seed: 1);
        _view = View(mlContext, _images, _size);
        _model = MadeUpModel.Of(mlContext, backbone, _size, cifar10: cifar10, batchSize: count);
        _model.SaveOnnx(_folder["model.onnx"]);
        _onnx = new OnnxModel(_folder["model.onnx"], get_num_threads());
    }

    /// <summary>A line of the table.</summary>
    internal string Line(int rounds)
    {
        (float[][] ours, float[][] theirs) = (Ours(), Theirs());
        double difference = ours.Zip(theirs, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();
        List<double> here = [],
            there = [];
        for (int round = 0; round < rounds; round++)
        {
            there.Add(Milliseconds(Theirs));
            here.Add(Milliseconds(Ours));
        }

        string[] cells =
        [
            _backbone.Name,
            $"{_images.Length} of {_size.Height}x{_size.Width}",
            FormattableString.Invariant($"{difference:0.0e+0}"),
            FormattableString.Invariant($"{Statistics.Median(there):0.00}"),
            FormattableString.Invariant($"{Statistics.Median(here):0.00}"),
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    public void Dispose()
    {
        _onnx.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    private double Milliseconds(Func<float[][]> score)
    {
        long start = Stopwatch.GetTimestamp();
        score();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / _images.Length;
    }

    private float[][] Ours() => [.. _model.Transform(_view).GetColumn<float[]>("Score")];

    private float[][] Theirs() => _onnx.Run(_images, _size).Scores;

    private static IDataView View(MLContext mlContext, byte[][] images, ImageSize size)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, size.Height, size.Width);
        return mlContext.Data.LoadFromEnumerable(images.Select(image => new Row { Features = image }), schema);
    }

    private sealed class Row
    {
        public byte[] Features { get; set; } = [];
    }
}
