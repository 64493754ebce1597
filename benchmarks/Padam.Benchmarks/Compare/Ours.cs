using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// The library's own training and scoring, one step at a time: what <c>Fit</c> and <c>Transform</c> do, with the clock between.
/// </summary>
internal sealed class Ours : IContestant
{
    private const int Seed = 1;

    /// <summary>Batches in each of the two sets.</summary>
    internal const int Batches = 16;
    private readonly MLContext _mlContext = new(Seed);
    private readonly SyntheticCifar _images;
    private readonly IDataView _train,
        _test;
    private readonly ImageClassificationOptions _options;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly optim.Optimizer _optimizer;
    private readonly BatchAssembly _assembly;
    private readonly TrainingStep _step;
    private readonly IEnumerator<TrainingBatch> _batches;
    private ImageClassificationTransformer? _model;

    internal Ours(string backbone, ConvolutionAlgorithm convolution, int threads, int batch)
    {
        NativeLibraries.EnsureLoaded();
        set_num_threads(threads);
        _images = new SyntheticCifar(train: Batches * batch, test: Batches * batch);
        (_train, _test) = (_images.Load(_mlContext, CifarSplit.Train), _images.Load(_mlContext, CifarSplit.Test));
        _options = new ImageClassificationOptions
        {
            Backbone = Backbone.Parse(backbone),
            ConvolutionAlgorithm = convolution,
            BatchSize = batch,
            Epochs = 1,
            Normalization = Normalization.Cifar10,
            Augmentation = new(CropPadding: 4, Flip: true),
        };
        var data = TrainingData.Read(TrainingColumns.Of(_train, _options), _options, Seed);
        _network = new RandomStream(Seed).Draw(() => _options.Backbone.Build(SyntheticCifar.Classes));
        _network.Use(convolution);
        _network.ToChannelsLast();
        _optimizer = _options.Optimizer.Create(_network.named_parameters());
        var map = new PixelMap(_options.Normalization, _options.PixelScale);
        var images = new AugmentedImages(data.Training, map, _options.Augmentation, Seed);
        var device = new DeviceTransfer(CPU);
        _assembly = new BatchAssembly(images, rows => new HostImages(images, rows, device), device, batch, Seed);
        var penalty = new KernelPenalty(_network, _options.KernelL2);
        _step = new TrainingStep(
            _network,
            CutNetwork.Nowhere(_network),
            _options,
            SyntheticCifar.Classes,
            penalty,
            new EachBatchRead(penalty, Communicator.Alone),
            Communicator.Alone
        );
        _batches = Enumerable.Range(1, int.MaxValue - 1).SelectMany(epoch => _assembly.Epoch(epoch)).GetEnumerator();
    }

    /// <summary>Seconds a training step, batch assembly and metrics included.</summary>
    public double Step(int steps) =>
        SecondsEach(
            steps,
            () =>
            {
                _batches.MoveNext();
                _step.Run(_batches.Current, StepPart.Of(0, Batches, accumulated: 1), _optimizer);
            }
        );

    /// <summary>Seconds an optimizer step, with the gradients of the last training step.</summary>
    public double OptimizerStep(int steps) => SecondsEach(steps, () => _optimizer.step());

    /// <summary>Images a second through the transformer's cursor, from the bytes of the records to PredictedLabel and Score.</summary>
    public double Score(int images)
    {
        _model ??= _mlContext.Padam().ImageClassifier(_options).Fit(_mlContext.Data.TakeRows(_train, _options.BatchSize));
        IDataView some = _mlContext.Data.TakeRows(_test, images);
        long start = Stopwatch.GetTimestamp();
        IDataView scored = _model.Transform(some);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["PredictedLabel"]]);
        var score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var predicted = cursor.GetGetter<uint>(scored.Schema["PredictedLabel"]);
        (VBuffer<float> probabilities, uint label, int rows) = (default, 0, 0);
        for (; cursor.MoveNext(); rows++)
        {
            score(ref probabilities);
            predicted(ref label);
        }

        return rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        _batches.Dispose();
        _assembly.Dispose();
        _model?.Dispose();
        _optimizer.Dispose();
        _network.Dispose();
        _images.Dispose();
    }

    private static double SecondsEach(int times, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }
}
