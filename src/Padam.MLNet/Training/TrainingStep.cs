using Padam.MLNet.Backbones;
using Padam.MLNet.Input;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Forward, loss, backward on a batch; and the update, where it is the last one of a step.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly CutNetwork _cut;
    private readonly ITrainingOptions _options;
    private readonly Parameter[] _parameters;
    private readonly KernelPenalty _penalty;
    private readonly IStepMetrics _metrics;
    private readonly Communicator _ranks;
    private readonly GradientExchange _exchange;
    private readonly NormalizationExchange? _normalization;
    private readonly int _classes;
    private readonly bool _accumulates,
        _isShared;

    // Of the batches since the last update.
    private double _weight;

    /// <param name="network">The network.</param>
    /// <param name="cut">Where the batches go into it.</param>
    /// <param name="options">What the training is told.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="penalty">What joins the loss.</param>
    /// <param name="metrics">Where losses and answers go.</param>
    /// <param name="ranks">Who shares each batch.</param>
    internal TrainingStep(
        nn.Module<Tensor, Tensor> network,
        CutNetwork cut,
        ITrainingOptions options,
        int classes,
        KernelPenalty penalty,
        IStepMetrics metrics,
        Communicator ranks
    )
    {
        (_cut, _options, _classes, _penalty, _metrics) = (cut, options, classes, penalty, metrics);
        (_ranks, _accumulates, _isShared) = (ranks, options.Compute.AccumulateBatches > 1, ranks.Size > 1);
        _parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        _exchange = new GradientExchange(ranks, _parameters);
        _normalization = options.SynchronizedBatchNorm && _isShared ? new(ranks, network) : null;
    }

    /// <summary>Trains on a batch, unless its loss is known to be broken.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="part">Where in the epoch it stands.</param>
    /// <param name="optimizer">What updates the weights.</param>
    internal void Run(TrainingBatch batch, StepPart part, optim.Optimizer optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? switches = _options.Compute.Precision == Precision.TF32 ? TensorFloat32.Allow() : null;
        if (part.IsFirst)
            Begin();
        _exchange.Begin(isIdle: batch.IsIdle && !_accumulates);
        if (_normalization is not null)
            _normalization.IsIdle = batch.IsIdle;
        Tensor logits = _cut.Logits(batch.Images.ChannelsFirst(), _classes);
        StepLoss loss = LossOf(logits, batch);
        if (!_metrics.Take(loss))
            return;

        Backward(loss);
        _weight += loss.Weight;
        if (part.IsLast)
            Update(optimizer, isSum: IsSum(batch));
        _metrics.Take(logits, batch.MajorityLabels, part);
    }

    public void Dispose()
    {
        _exchange.Dispose();
        _normalization?.Dispose();
    }

    // Before the forward pass, so that its peak of memory does not hold the gradients of the last step.
    private void Begin()
    {
        _weight = 0;
        foreach (Parameter parameter in _parameters)
            parameter.grad = null;
    }

    private void Backward(StepLoss loss)
    {
        // To the gradients of the step's batches before, an idle rank's row adds nothing.
        Tensor?[] before = _accumulates && loss.IsIdle ? [.. _parameters.Select(parameter => parameter.grad)] : [];
        foreach ((Parameter parameter, _) in _parameters.Zip(before))
            parameter.grad = null;
        using (_accumulates ? null : _exchange.DuringBackward())
            loss.Value.backward();
        KernelBackward.ThrowIfFailed();
        foreach ((Parameter parameter, Tensor? gradient) in _parameters.Zip(before))
            parameter.grad = gradient;
    }

    // What all batches of a step, and all ranks' shares of it, count for together is known at its last one: where that matters, until then
    // gradients are those of the sum.
    private StepLoss LossOf(Tensor logits, TrainingBatch batch) =>
        IsSum(batch)
            ? new(BatchLoss.Sum(logits, batch, _options.Loss.LabelSmoothing), batch.Weight, Positive(batch.Weight), batch.IsIdle)
            : new(BatchLoss.Mean(logits, batch, _options.Loss.LabelSmoothing), batch.Weight, 1);

    private void Update(optim.Optimizer optimizer, bool isSum)
    {
        _exchange.Finish();
        if (isSum)
        {
            using Scalar part = Scalars.Of(1 / Positive(_weight));
            foreach (Parameter parameter in _parameters)
            {
                using Tensor? gradient = parameter.grad;
                gradient?.mul_(part);
            }
        }

        _penalty.AddGradient();
        if (_options.GradientClipNorm is { } norm)
            GradientClip.Apply(_parameters, norm, _ranks);
        optimizer.step();
    }

    private bool IsSum(TrainingBatch batch) => _accumulates || _isShared || batch.Weights is not null;

    // Where no image of a step counts for anything, the sum of the losses is 0 as well.
    private static double Positive(double weight) => weight > 0 ? weight : 1;
}
