using System.Runtime.InteropServices;
using Padam.MLNet.Backbones;
using Padam.MLNet.Input;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Which of the batches that make one step of the optimizer.</summary>
internal readonly record struct StepPart(bool IsFirst, bool IsLast)
{
    /// <summary>Batches that make one step, but for the epoch's last.</summary>
    /// <param name="batch">The batch, from 0.</param>
    /// <param name="batches">Batches an epoch.</param>
    /// <param name="accumulated">Batches a step.</param>
    internal static StepPart Of(int batch, int batches, int accumulated) =>
        new(IsFirst: batch % accumulated == 0, IsLast: (batch + 1) % accumulated == 0 || batch + 1 == batches);
}

/// <summary>Forward, loss, backward on a batch; and the update, where it is the last one of a step.</summary>
internal sealed class TrainingStep
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly CutNetwork _cut;
    private readonly ITrainingOptions _options;
    private readonly Parameter[] _parameters,
        _kernels;
    private readonly Device _device;
    private readonly int _classes;
    private readonly bool _accumulates;

    // Of the batches since the last update.
    private double _weight;

    internal TrainingStep(nn.Module<Tensor, Tensor> network, ITrainingOptions options, int classes, Device device)
        : this(network, CutNetwork.Nowhere(network), options, classes, device) { }

    /// <param name="network">The network.</param>
    /// <param name="cut">Where the batches go into it.</param>
    /// <param name="options">What the training is told.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="device">Where the network is.</param>
    internal TrainingStep(nn.Module<Tensor, Tensor> network, CutNetwork cut, ITrainingOptions options, int classes, Device device)
    {
        (_network, _cut) = (network, cut);
        (_options, _device, _classes) = (options, device, classes);
        _accumulates = options.Compute.AccumulateBatches > 1;
        _parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        _kernels = options.KernelL2 > 0 ? [.. KernelPenalty.Kernels(network)] : [];
    }

    /// <summary>Trains on a batch, adds it to the metrics and returns its loss.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="part">Which of a step's batches it is.</param>
    /// <param name="optimizer">What updates the weights.</param>
    /// <param name="metrics">The epoch's sums.</param>
    internal double Run(TrainingBatch batch, StepPart part, optim.Optimizer optimizer, RunningMetrics metrics)
    {
        using DisposeScope scope = NewDisposeScope();
        if (part.IsFirst)
            Begin();
        Tensor logits = _cut.Logits(batch.Images.to(_device).ChannelsFirst(), _classes);
        (Tensor loss, double weight, double mean) = LossOf(logits, batch);
        double value = mean + Penalty();
        // Before the update: a broken gradient must not reach the weights.
        if (!double.IsFinite(value))
            return value;

        loss.backward();
        KernelBackward.ThrowIfFailed();
        _weight += weight;
        if (part.IsLast)
            Update(optimizer, isSum: IsSum(batch));

        Tensor answers = logits.detach().to(ScalarType.Float32).cpu().contiguous();
        metrics.Add(
            value,
            weight,
            MemoryMarshal.Cast<byte, float>(answers.bytes),
            MemoryMarshal.Cast<byte, long>(batch.MajorityLabels.bytes)
        );
        return value;
    }

    /// <summary>The penalty of the kernels as they are.</summary>
    internal double Penalty() => KernelPenalty.Value(_kernels, _options.KernelL2);

    // Before the forward pass, so that its peak of memory does not hold the gradients of the last step.
    private void Begin()
    {
        _weight = 0;
        foreach (Parameter parameter in _parameters)
            parameter.grad = null;
    }

    /// <returns>What to differentiate, what the batch counts for, and its mean loss.</returns>
    private (Tensor Loss, double Weight, double Mean) LossOf(Tensor logits, TrainingBatch batch)
    {
        double smoothing = _options.Loss.LabelSmoothing;
        if (!IsSum(batch))
        {
            Tensor mean = BatchLoss.Mean(logits, batch, smoothing);
            return (mean, batch.Labels.shape[0], mean.item<float>());
        }

        // What all batches of the step count for is known at its last one: until then gradients are those of the sum.
        Tensor sum = BatchLoss.Sum(logits, batch, smoothing);
        double weight = batch.Weights is null ? batch.Labels.shape[0] : TotalOf(batch.Weights);
        return (sum, weight, sum.item<float>() / Positive(weight));
    }

    private void Update(optim.Optimizer optimizer, bool isSum)
    {
        if (isSum)
        {
            using Scalar part = Scalars.Of(1 / Positive(_weight));
            foreach (Parameter parameter in _parameters)
            {
                using Tensor? gradient = parameter.grad;
                gradient?.mul_(part);
            }
        }

        KernelPenalty.AddGradient(_kernels, _options.KernelL2);
        if (_options.GradientClipNorm is { } norm)
            nn.utils.clip_grad_norm_(_parameters, norm);
        optimizer.step();
    }

    private bool IsSum(TrainingBatch batch) => _accumulates || batch.Weights is not null;

    private static double TotalOf(Tensor weights)
    {
        double total = 0;
        foreach (float weight in MemoryMarshal.Cast<byte, float>(weights.bytes))
            total += weight;
        return total;
    }

    // Where no image of a step counts for anything, the sum of the losses is 0 as well.
    private static double Positive(double weight) => weight > 0 ? weight : 1;

    /// <summary>
    /// Whether all that a model is made of is finite, running statistics included: batch normalisation of a single value has no variance.
    /// </summary>
    internal bool WeightsAreFinite()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _network.parameters().Concat(_network.buffers()).All(tensor => tensor.isfinite().all().item<bool>());
    }
}
