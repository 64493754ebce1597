using System.Runtime.InteropServices;
using Padam.MLNet.Backbones;
using Padam.MLNet.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>One step: forward, loss, backward, update.</summary>
internal sealed class TrainingStep
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly CutNetwork _cut;
    private readonly ITrainingOptions _options;
    private readonly Parameter[] _parameters,
        _kernels;
    private readonly Device _device;
    private readonly int _classes;

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
        _parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        _kernels = options.KernelL2 > 0 ? [.. KernelPenalty.Kernels(network)] : [];
    }

    /// <summary>Trains on a batch, adds it to the metrics and returns its loss.</summary>
    internal double Run(TrainingBatch batch, optim.Optimizer optimizer, RunningMetrics metrics)
    {
        using DisposeScope scope = NewDisposeScope();
        // Before the forward pass, so that its peak of memory does not hold the gradients of the last step.
        foreach (Parameter parameter in _parameters)
            parameter.grad = null;
        Tensor images = batch.Images.to(_device),
            labels = batch.Labels.to(_device);
        Tensor logits = _cut.Logits(images, _classes);
        Tensor loss = nn.functional.cross_entropy(logits, labels, label_smoothing: _options.LabelSmoothing);
        double value = loss.item<float>() + KernelPenalty.Value(_kernels, _options.KernelL2);
        // Before the update: a broken gradient must not reach the weights.
        if (!double.IsFinite(value))
            return value;

        loss.backward();
        KernelBackward.ThrowIfFailed();
        KernelPenalty.AddGradient(_kernels, _options.KernelL2);
        if (_options.GradientClipNorm is { } norm)
            nn.utils.clip_grad_norm_(_parameters, norm);
        optimizer.step();

        Tensor answers = logits.detach().to(ScalarType.Float32).cpu().contiguous();
        metrics.Add(value, MemoryMarshal.Cast<byte, float>(answers.bytes), MemoryMarshal.Cast<byte, long>(batch.Labels.bytes));
        return value;
    }

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
