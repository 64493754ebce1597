using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Batch normalisation of the channels of [N, C, H, W] (Ioffe and Szegedy, 2015), with PyTorch's parameters and buffers:
/// <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c> (unbiased), <c>num_batches_tracked</c>.
/// </summary>
internal sealed class BatchNorm : nn.Module<Tensor, Tensor>
{
    private readonly double momentum, epsilon;
    private bool folded;

    public BatchNorm(long channels, BackboneSettings settings) : base(nameof(BatchNorm))
    {
        (momentum, epsilon) = (settings.BatchNormMomentum, settings.BatchNormEpsilon);
        register_parameter(nameof(weight), weight = new Parameter(ones(channels)));
        register_parameter(nameof(bias), bias = new Parameter(zeros(channels)));
        register_buffer(nameof(running_mean), zeros(channels));
        register_buffer(nameof(running_var), ones(channels));
        register_buffer(nameof(num_batches_tracked), zeros(1, ScalarType.Int64).squeeze());
    }

    public Parameter weight { get; }

    public Parameter bias { get; }

    // Looked up each time: moving a module to another device replaces its buffers.
    public Tensor running_mean => get_buffer(nameof(running_mean))!;

    public Tensor running_var => get_buffer(nameof(running_var))!;

    public Tensor num_batches_tracked => get_buffer(nameof(num_batches_tracked))!;

    public override Tensor forward(Tensor input)
    {
        if (folded) return input;
        if (training) num_batches_tracked.add_(1);
        return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, epsilon);
    }

    /// <summary>Lets <paramref name="convolution"/>, whose output this layer normalises, do the work by the running statistics, until <see cref="Unfold"/>.</summary>
    public void FoldInto(Convolution convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scale = weight * (running_var + epsilon).rsqrt();
        convolution.Fold(scale, bias - running_mean * scale);
        folded = true;
    }

    public void Unfold() => folded = false;

    public override void train(bool on = true)
    {
        if (on) Unfold();
        base.train(on);
    }
}
