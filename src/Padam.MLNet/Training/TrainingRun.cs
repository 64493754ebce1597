using System.Diagnostics;
using Microsoft.ML.Runtime;
using Padam.MLNet.Data;
using Padam.MLNet.Scoring;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The epochs of one training.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly ImageClassificationOptions _options;
    private readonly TrainingData _data;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Device _device;
    private readonly IChannel _log;
    private readonly Action _stopIfCancelled;
    private readonly PixelMap _map;
    private readonly BatchAssembly _batches;
    private readonly TrainingStep _step;
    private readonly BestEpoch? _best;
    private optim.Optimizer _optimizer;
    private Rates _rates;

    internal TrainingRun(
        ImageClassificationOptions options, TrainingData data, Normalization normalization, nn.Module<Tensor, Tensor> network, Device device, int seed, IChannel log, Action stopIfCancelled)
    {
        (_options, _data, _network, _device, _log, _stopIfCancelled) = (options, data, network, device, log, stopIfCancelled);
        _map = new PixelMap(normalization, options.PixelScale);
        _batches = new BatchAssembly(data.Training, _map, options.Augmentation, options.BatchSize, seed);
        _step = new TrainingStep(network, options, data.Labels.Classes, device);
        if (options.EarlyStopping is not null || options.RestoreBestWeights)
            _best = new BestEpoch(options.EarlyStopping?.Metric ?? ValidationMetric.Accuracy, options.EarlyStopping, keepWeights: options.RestoreBestWeights);
        StartOptimizer();
    }

    /// <summary>Trains until the last epoch, or until someone says stop.</summary>
    /// <returns>The epoch whose weights the network now has.</returns>
    internal int Run()
    {
        int last = 0;
        for (int epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            if (_options.OptimizerRestartEpochs is { } every && epoch > 1 && (epoch - 1) % every == 0) StartOptimizer();
            EpochMetrics metrics = Train(epoch);
            last = epoch;
            _best?.See(metrics, _network);
            _log.Info(MessageSensitivity.None, Describe(metrics));
            _options.MetricsCallback?.Invoke(metrics);
            if (metrics.StopRequested)
            {
                _log.Info(MessageSensitivity.None, $"Stopped after epoch {epoch} at the callback's request.");
                break;
            }

            if (_best?.ShouldStop == true)
            {
                _log.Info(MessageSensitivity.None, $"Stopped after epoch {epoch}: no better validation {Metric()} for {_best.EpochsWithoutImprovement} epochs.");
                break;
            }
        }

        if (!_options.RestoreBestWeights) return last;
        _best!.Restore(_network);
        _log.Info(MessageSensitivity.None, FormattableString.Invariant($"Restored the weights of epoch {_best.Epoch}, the best by validation {Metric()} ({_best.Value:0.####})."));
        return _best.Epoch;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _batches.Dispose();
        _best?.Dispose();
        foreach (Parameter parameter in _network.parameters()) parameter.grad = null;
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_optimizer), nameof(_rates))]
    private void StartOptimizer()
    {
        _optimizer?.Dispose();
        _optimizer = _options.Optimizer.Create(_network.named_parameters().Where(entry => entry.parameter.requires_grad));
        _rates = new Rates(_options, _optimizer);
    }

    private EpochMetrics Train(int epoch)
    {
        _network.train();
        var metrics = new RunningMetrics();
        long start = Stopwatch.GetTimestamp();
        double PerSecond() => metrics.Images / Stopwatch.GetElapsedTime(start).TotalSeconds;
        (double firstRate, double? firstPartial, int batch) = (0, null, 0);
        using (DisposeScope scope = NewDisposeScope())
        {
            foreach (TrainingBatch images in _batches.Epoch(epoch))
            {
                _stopIfCancelled();
                _rates.Set(epoch - 1 + ((double)batch / _batches.Batches));
                if (batch++ == 0) (firstRate, firstPartial) = (_rates.LearningRate, _rates.Partial);
                double loss = _step.Run(images, _optimizer, metrics);
                if (!double.IsFinite(loss)) throw new TrainingDivergedException(epoch, batch, loss, _options.Optimizer.ToString());
                scope.DisposeEverything();
                _options.ProgressCallback?.Invoke(new(epoch, _options.Epochs, metrics.Images, _data.Training.Rows.Length, metrics.Loss, PerSecond()));
            }
        }

        double speed = PerSecond();
        RunningMetrics? validation = Validate();
        double penalty = validation is null ? 0 : KernelPenalty.Value([.. KernelPenalty.Kernels(_network)], _options.KernelL2);
        return new EpochMetrics
        {
            Epoch = epoch, Epochs = _options.Epochs,
            Loss = metrics.Loss, Accuracy = metrics.Accuracy, Top5Accuracy = metrics.Top5Accuracy,
            ValidationLoss = validation?.Loss + penalty, ValidationAccuracy = validation?.Accuracy, ValidationTop5Accuracy = validation?.Top5Accuracy,
            LearningRate = firstRate, Partial = firstPartial, ImagesPerSecond = speed,
        };
    }

    /// <summary>The pass over the validation set, as the transformer will score it: same batches, same network, same digits.</summary>
    private RunningMetrics? Validate()
    {
        if (_data.Validation is not { } set) return null;
        var metrics = new RunningMetrics();
        (int size, int values, int classes) = (_options.InferenceBatchSize, set.Images.Shape.Values, _data.Labels.Classes);
        (float[] images, float[] probabilities) = (new float[Math.Min(size, set.Rows.Length) * values], new float[Math.Min(size, set.Rows.Length) * classes]);
        using var scorer = new Scorer(_network, classes, _device);
        foreach (int[] rows in set.Rows.Chunk(size))
        {
            _stopIfCancelled();
            for (int i = 0; i < rows.Length; i++) set.Images.Write(rows[i], Placement.Unmoved, _map, images.AsSpan(i * values, values));
            scorer.Score(images.AsSpan(0, rows.Length * values), rows.Length, set.Images.Shape, probabilities.AsSpan(0, rows.Length * classes));
            for (int i = 0; i < rows.Length; i++) metrics.Add(probabilities.AsSpan(i * classes, classes), set.Images.Labels[rows[i]]);
        }

        return metrics;
    }

    private string Metric() => _options.EarlyStopping?.Metric == ValidationMetric.Loss ? "loss" : "accuracy";

    private static string Describe(EpochMetrics metrics)
    {
        string validation = metrics.ValidationLoss is null ? "" : FormattableString.Invariant($", validation loss {metrics.ValidationLoss:0.0000}, accuracy {metrics.ValidationAccuracy:0.0000}");
        string partial = metrics.Partial is null ? "" : FormattableString.Invariant($", p {metrics.Partial:0.######}");
        return FormattableString.Invariant(
            $"Epoch {metrics.Epoch}/{metrics.Epochs}: loss {metrics.Loss:0.0000}, accuracy {metrics.Accuracy:0.0000}{validation}, learning rate {metrics.LearningRate:0.######}{partial}, {metrics.ImagesPerSecond:0} images/s");
    }
}
