using System.Runtime.InteropServices;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
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
    private readonly double momentum,
        epsilon;
    private bool folded;

    public BatchNorm(long channels, BackboneSettings settings)
        : base(nameof(BatchNorm))
    {
        (momentum, epsilon) = (settings.BatchNormMomentum, settings.BatchNormEpsilon);
        register_parameter("weight", new Parameter(CpuTensors.Ones([channels])));
        register_parameter("bias", new Parameter(CpuTensors.Zeros([channels])));
        register_buffer("running_mean", CpuTensors.Zeros([channels]));
        register_buffer("running_var", CpuTensors.Ones([channels]));
        register_buffer("num_batches_tracked", CpuTensors.Zeros([1], ScalarType.Int64).squeeze());
    }

    // Looked up each time: moving a module to another device replaces what is registered.
    public Parameter Weight => get_parameter("weight")!;

    public Parameter Bias => get_parameter("bias")!;

    public Tensor RunningMean => get_buffer("running_mean")!;

    public Tensor RunningVariance => get_buffer("running_var")!;

    public Tensor BatchesTracked => get_buffer("num_batches_tracked")!;

    public override Tensor forward(Tensor input) => folded ? input : Normalize(input, residual: null, rectify: false);

    /// <summary>relu(batch_norm(convolution(input)) + residual), of which the residual and the rectifier may be left out.</summary>
    public Tensor After(Convolution convolution, Tensor input, Tensor? residual = null, bool rectify = false) =>
        folded
            ? AddAndRectify(convolution.Forward(input, rectify && residual is null), residual, rectify && residual is not null)
            : Normalize(convolution.forward(input), residual, rectify);

    private Tensor Normalize(Tensor input, Tensor? residual, bool rectify)
    {
        if (training)
            BatchesTracked.add_(Scalars.One, Scalars.One);
        if (training && BatchNormalization.Supports(input))
            return ActivationCount.Counted(ByKernel(input, residual, rectify));
        Tensor output = nn.functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training, momentum, epsilon);
        return AddAndRectify(ActivationCount.Counted(output), residual, rectify);
    }

    // In place: the map is one that nobody else has seen.
    private static Tensor AddAndRectify(Tensor map, Tensor? residual, bool rectify)
    {
        if (residual is not null)
            map = map.add_(residual, Scalars.One);
        return rectify ? map.relu_() : map;
    }

    private Tensor ByKernel(Tensor input, Tensor? residual, bool rectify)
    {
        (Tensor output, BatchStatistics batch) = BatchNormalization.Apply(input, Weight, Bias, residual, rectify, epsilon);
        long count = input.shape[0] * input.shape[2] * input.shape[3];
        UpdateRunning(RunningMean, batch.Mean);
        UpdateRunning(RunningVariance, [.. batch.Variance.Select(biased => biased * count / (count - 1))]);
        return output;
    }

    private void UpdateRunning(Tensor running, double[] batch)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(running.bytes);
        for (int i = 0; i < batch.Length; i++)
            values[i] = (float)((1 - momentum) * values[i] + momentum * batch[i]);
    }

    /// <summary>
    /// Lets <paramref name="convolution"/>, whose output this layer normalises, do the work by the running statistics, until
    /// <see cref="Unfold"/>.
    /// </summary>
    public void FoldInto(Convolution convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar small = Scalars.Of(epsilon);
        Tensor scale = Weight * RunningVariance.add(small, Scalars.One).rsqrt();
        convolution.Fold(scale, Bias - RunningMean * scale);
        folded = true;
    }

    public void Unfold() => folded = false;

    public override void train(bool on = true)
    {
        if (on)
            Unfold();
        base.train(on);
    }
}
