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
    // Made once: a Scalar is native memory that only the garbage collector would give back.
    private static readonly Scalar One = 1.ToScalar();
    private readonly double momentum, epsilon;
    private bool folded;

    public BatchNorm(long channels, BackboneSettings settings) : base(nameof(BatchNorm))
    {
        (momentum, epsilon) = (settings.BatchNormMomentum, settings.BatchNormEpsilon);
        register_parameter("weight", new Parameter(ones(channels)));
        register_parameter("bias", new Parameter(zeros(channels)));
        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
        register_buffer("num_batches_tracked", zeros(1, ScalarType.Int64).squeeze());
    }

    // Looked up each time: moving a module to another device replaces what is registered.
    public Parameter Weight => get_parameter("weight")!;

    public Parameter Bias => get_parameter("bias")!;

    public Tensor RunningMean => get_buffer("running_mean")!;

    public Tensor RunningVariance => get_buffer("running_var")!;

    public Tensor BatchesTracked => get_buffer("num_batches_tracked")!;

    public override Tensor forward(Tensor input)
    {
        if (folded) return input;
        if (training) BatchesTracked.add_(One);
        return ActivationCount.Counted(nn.functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training, momentum, epsilon));
    }

    /// <summary>Lets <paramref name="convolution"/>, whose output this layer normalises, do the work by the running statistics, until <see cref="Unfold"/>.</summary>
    public void FoldInto(Convolution convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scale = Weight * (RunningVariance + epsilon).rsqrt();
        convolution.Fold(scale, Bias - RunningMean * scale);
        folded = true;
    }

    public void Unfold() => folded = false;

    public override void train(bool on = true)
    {
        if (on) Unfold();
        base.train(on);
    }
}
