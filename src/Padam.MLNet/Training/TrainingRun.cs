using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Input;
using Padam.MLNet.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The epochs of one training.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingContext _context;
    private readonly ITrainingOptions _options;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly TrainingInputs _inputs;
    private readonly BatchAssembly _batches;
    private readonly KernelPenalty _penalty;
    private readonly IStepMetrics _metrics;
    private readonly TrainingStep _step;
    private readonly BestEpoch? _best;
    private readonly Plateau? _plateau;
    private readonly AveragedWeights? _average;
    private readonly TrainingState _state;
    private readonly Divergence _divergence;
    private optim.Optimizer _optimizer;
    private Rates _rates;
    private IReadOnlyList<int> _neverPredicted = [];

    internal TrainingRun(TrainingContext context)
    {
        _context = context;
        (_options, _network) = (context.Options, context.Network);
        try
        {
            _inputs = TrainingInputs.Of(context);
            _batches = _inputs.Batches();
            _penalty = new KernelPenalty(_network, _options.KernelL2);
            _metrics = IStepMetrics.Of(context, _penalty);
            _step = new TrainingStep(_network, _inputs.Cut, _options, context.Data.Labels.Classes, _penalty, _metrics, context.Ranks);
            if (_options.EarlyStopping is not null || _options.RestoreBestWeights)
                _best = new BestEpoch(
                    _options.EarlyStopping?.Metric ?? ValidationMetric.Accuracy,
                    _options.EarlyStopping,
                    keepWeights: _options.RestoreBestWeights
                );
            if (_options.ReduceOnPlateau is { } reduce)
                _plateau = new Plateau(reduce);
            long steps = (long)_options.Epochs * StepsPerEpoch;
            if (_options.Averaging is { } averaging)
                _average = new AveragedWeights(averaging, _network, steps);
            if (_options.Averaging is Lookahead { Every: var every } && every > steps && steps > 0)
                context.Log.Warning(
                    MessageSensitivity.None,
                    $"Averaging.Every is {every}, and the training has {steps} steps: the slow weights, which the model has, stay the "
                        + "first ones. Take a smaller Every, or more epochs."
                );
            _state = new TrainingState(context, _best, _plateau, _average) { Ended = _options.Epochs == 0 };
            _divergence = new Divergence(context, _state, _metrics, _average);
            StartOptimizer();
            if (context.Start is { } checkpoint)
            {
                _state.Resume(checkpoint, _optimizer);
                _rates.Plateau = _plateau?.State.Factor ?? 1;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Trains until the last epoch, or until someone says stop.</summary>
    /// <returns>The epoch whose weights the network now has.</returns>
    internal int Run()
    {
        while (!_state.Ended)
        {
            EpochMetrics metrics = TrainEpoch(_state.EpochsDone + 1);
            WatchPlateau(metrics);
            _context.Log.Info(MessageSensitivity.None, EpochLine.Of(metrics));
            _context.Ranks.Together(() => _context.State.AsCaller(() => _options.MetricsCallback?.Invoke(metrics)));
            _neverPredicted = metrics.NeverPredicted;
            _state.EndEpoch();
            _state.Ended = _state.EpochsDone == _options.Epochs || Stops(metrics);
            if (_state.Ended || _state.EpochsDone % _options.CheckpointEvery == 0)
                _state.Save(_optimizer);
        }

        _average?.Put();
        if (!_options.RestoreBestWeights || _best?.SoFar is not { } best)
        {
            WarnOfUnanswered(_neverPredicted);
            return _state.EpochsDone;
        }

        _best.Restore(_network);
        _context.Log.Info(
            MessageSensitivity.None,
            FormattableString.Invariant(
                $"Restored the weights of epoch {best.Epoch}, the best by validation {_best.Metric} ({best.Value:0.####})."
            )
        );
        WarnOfUnanswered(best.NeverPredicted ?? []);
        return best.Epoch;
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _batches?.Dispose();
        _step?.Dispose();
        _metrics?.Dispose();
        _inputs?.Dispose();
        _best?.Dispose();
        _average?.Dispose();
        _rates?.TakeBack();
        foreach (Parameter parameter in _network.parameters())
            parameter.grad = null;
        MemoryPool.Trim();
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_optimizer), nameof(_rates))]
    private void StartOptimizer()
    {
        _rates?.TakeBack();
        _optimizer?.Dispose();
        _optimizer = _context.UserCode.Run(() => _options.Optimizer.Create(_network.TrainedParameters()));
        _rates = new Rates(_options, _optimizer) { Plateau = _plateau?.State.Factor ?? 1 };
    }

    private void WatchPlateau(EpochMetrics metrics)
    {
        if (_plateau?.Update(metrics) != true)
            return;
        _rates.Plateau = _plateau.State.Factor;
        _context.Log.Info(
            MessageSensitivity.None,
            FormattableString.Invariant(
                $"No better validation {_options.ReduceOnPlateau!.Metric.Name()} for {_options.ReduceOnPlateau.Patience} epochs: "
            ) + FormattableString.Invariant($"the learning rate is {_plateau.State.Factor:0.######} of the schedule's from now on.")
        );
    }

    private int StepsPerEpoch => StepsOf(_batches.Batches);

    private int StepsOf(int batches) => (batches + _options.Compute.AccumulateBatches - 1) / _options.Compute.AccumulateBatches;

    private bool StartsAfresh(int after) =>
        after > 0 && (_options.OptimizerRestarts.Contains(after) || (_options.OptimizerRestartEpochs is { } every && after % every == 0));

    private EpochMetrics TrainEpoch(int epoch)
    {
        if (_state.BatchesDone == 0 && StartsAfresh(after: epoch - 1))
            StartOptimizer();
        _network.train();
        _context.Frozen.StayInEvaluationMode();
        _rates.Set(epoch - 1);
        (double rate, double? partial) = (_rates.LearningRate, _rates.Partial);
        double speed = TrainBatches(epoch);

        using IDisposable? average = _average?.Show();
        RunningMetrics? validation = _inputs.Validation is { } set
            ? Validation.Measure(set, _inputs.Cut, _context, ViewsIn(epoch), StopIfCancelled)
            : null;
        if (double.IsNaN(validation?.Loss ?? 0))
            throw _divergence.Of(epoch, "The validation loss is no number");
        double penalty = validation is null ? 0 : _penalty.Value(_context.Ranks);
        RunningMetrics training = _state.Total();
        var metrics = new EpochMetrics
        {
            Epoch = epoch,
            Epochs = _options.Epochs,
            Loss = training.Loss,
            Accuracy = training.Accuracy,
            MacroAccuracy = training.MacroAccuracy,
            Top5Accuracy = training.Top5Accuracy,
            ValidationLoss = validation?.Loss + penalty,
            ValidationAccuracy = validation?.Accuracy,
            ValidationMacroAccuracy = validation?.MacroAccuracy,
            ValidationMacroF1 = validation?.MacroF1,
            ValidationLogLoss = validation?.Loss,
            ValidationTop5Accuracy = validation?.Top5Accuracy,
            LearningRate = rate,
            Partial = partial,
            ImagesPerSecond = speed,
            NeverPredicted = (validation ?? training).NeverPredicted,
        };
        _best?.Update(metrics, _network);
        return metrics;
    }

    // The last pass is as the model will score; where epochs are compared, all are.
    private TestTimeAugmentation ViewsIn(int epoch) =>
        epoch == _options.Epochs || _best is not null ? _options.Inference.TestTimeAugmentation : TestTimeAugmentation.None;

    /// <returns>Images a second.</returns>
    private double TrainBatches(int epoch)
    {
        long start = Stopwatch.GetTimestamp();
        int before = _batches.ImagesIn(_state.BatchesDone);
        double PerSecond() => (_batches.ImagesIn(_state.BatchesDone) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        _metrics.Begin(_state.Metrics);
        using DisposeScope scope = NewDisposeScope();
        foreach (TrainingBatch batch in _batches.Epoch(epoch, _state.BatchesDone))
        {
            var part = StepPart.Of(_state.BatchesDone, _batches.Batches, _options.Compute.AccumulateBatches);
            if (part.IsFirst)
            {
                StopIfCancelled();
                _rates.Set(epoch - 1 + ((double)_state.BatchesDone / _batches.Batches));
            }

            Step(batch, part);
            if (part.IsLast)
                _context.Ranks.TakeOfFirst(_network.buffers());
            _state.BatchesDone++;
            _divergence.RequireFiniteLoss(epoch);
            if (part.IsLast)
                _average?.Update(((epoch - 1L) * StepsPerEpoch) + StepsOf(_state.BatchesDone));
            scope.DisposeEverything();
            if (_options.ProgressCallback is { } callback)
            {
                var progress = new TrainingProgress(
                    epoch,
                    _options.Epochs,
                    _batches.ImagesIn(_state.BatchesDone),
                    _batches.Images,
                    _state.Metrics.Loss,
                    PerSecond()
                );
                _context.State.AsCaller(() => callback(progress));
            }
        }

        // The loss of the next batch would tell; the last has none after it, and no broken weights may reach a checkpoint or a model.
        _divergence.RequireFinite(epoch);
        return PerSecond();
    }

    private void Step(TrainingBatch batch, StepPart part)
    {
        try
        {
            _context.UserCode.Run(() => _step.Run(batch, part, _optimizer));
        }
        catch (ExternalException fault)
        {
            throw StepFault.Of(fault, _options.Backbone.Name, _context.Data.Training.Images.Shape, batch.Labels.shape[0]);
        }
    }

    private bool Stops(EpochMetrics metrics)
    {
        string? reason =
            _context.Ranks.Largest(metrics.StopRequested ? 1 : 0) > 0 ? "at the callback's request"
            : _best is { ShouldStop: true, SoFar: { } best }
                ? $"no better validation {_best.Metric} for {best.EpochsWithoutImprovement} epochs"
            : null;
        if (reason is not null)
            _context.Log.Info(MessageSensitivity.None, $"Stopped after epoch {metrics.Epoch}: {reason}.");
        return reason is not null;
    }

    private void WarnOfUnanswered(IReadOnlyList<int> classes)
    {
        if (classes.Count > 0)
            _context.Log.Warning(MessageSensitivity.UserData, UnansweredClasses.Warning(classes, _context.Data));
    }

    // Between two steps, so that what is saved is a whole number of them. After the last one, resuming means validating again.
    private void StopIfCancelled()
    {
        if (_context.Ranks.Largest(_context.IsCancelled() ? 1 : 0) == 0)
            return;
        // In the midst of a validation pass.
        _average?.Hide();
        // The loss of the last step was that of the weights before it.
        _divergence.RequireFinite(_state.EpochsDone + 1);
        _state.Save(_optimizer);
        throw _context.Ranks.OnAll(
            _options.CancellationToken.IsCancellationRequested ? new OperationCanceledException(_options.CancellationToken)
            : _context.IsCancelled() ? new OperationCanceledException("The MLContext was cancelled.")
            : new OperationCanceledException("Another process of the training was told to stop.")
        );
    }
}
