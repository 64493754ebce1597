using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>What goes back from a batch normalisation.</summary>
internal readonly record struct BatchNormGradients(Tensor Input, Tensor Weight, Tensor Bias, Tensor? Residual);

/// <summary>
/// activation(batch_norm(x) + residual) in training, on channels-last float32 maps of the CPU: two passes over the map each way,
/// where libtorch's operators, one after the other, take twice as many.
/// </summary>
internal static unsafe class BatchNormalization
{
    /// <summary>Whether the kernels can take such a map.</summary>
    public static bool Supports(Tensor x) =>
        x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && x.dim() == 4
        && x.shape[1] % Registers.Multiple == 0
        && x.numel() > 0
        && x.IsChannelsLast();

    /// <summary>Normalises a batch by its own statistics.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="residual">What is added to the normalised values, of the shape of <paramref name="x"/>, or null.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="others">Adds what other processes have of the batch; null where this one has all of it.</param>
    /// <returns>The output, and the batch's statistics.</returns>
    public static (Tensor Output, BatchStatistics Statistics) Apply(
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        Activation activation,
        double epsilon,
        SumOverRanks? others = null
    )
    {
        BatchStatistics statistics = Statistics(x, epsilon, others);
        bool needsGradient =
            is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad || residual is { requires_grad: true });
        Tensor y = needsGradient
            ? BatchNormFunction.Apply(x, weight, bias, residual, activation, statistics)
            : Forward(x, weight, bias, residual, activation, statistics);
        return (y, statistics);
    }

    /// <summary>Mean and variance of each channel.</summary>
    public static BatchStatistics Statistics(Tensor x, double epsilon, SumOverRanks? others = null)
    {
        using var scope = NewDisposeScope();
        x = x.ToChannelsLast();
        PixelRows rows = Rows(x);
        var statistics = new BatchStatistics(new double[rows.Channels], new double[rows.Channels], rows.Count, epsilon);
        float* from = TensorMemory.Floats(x);
        Registers.Run(new StatisticsPass(from, rows, statistics), rows.Channels);
        return others is null ? statistics : statistics.With(others);
    }

    /// <summary>As <see cref="Apply"/>, by known statistics and without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor bias, Tensor? residual, Activation activation, BatchStatistics statistics)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Check(x, weight, bias, residual);
        (x, weight, bias, residual) = (x.ToChannelsLast(), weight.contiguous(), bias.contiguous(), residual?.ToChannelsLast());
        PixelRows rows = Rows(x);
        Tensor y = PooledTensor.ChannelsLast(x.shape, "Batch normalisation: output");
        using ChannelAffine affine = new(weight, bias, statistics);
        float* from = TensorMemory.Floats(x),
            to = TensorMemory.Floats(y),
            add = residual is null ? null : TensorMemory.Floats(residual);
        ActivatedWork.Run(new ForwardPass(from, rows, affine, add, to), activation, rows.Channels);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradients of what went into <see cref="Forward"/>, from that of its output.</summary>
    public static BatchNormGradients Backward(
        Tensor dy,
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        Activation activation,
        BatchStatistics statistics
    )
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Check(x, weight, bias, dy, residual);
        (x, dy, residual) = (x.ToChannelsLast(), dy.ToChannelsLast(), residual?.ToChannelsLast());
        (weight, bias) = (weight.contiguous(), bias.contiguous());
        var gradients = new BatchNormGradients(
            PooledTensor.ChannelsLast(x.shape, "Batch normalisation: gradient of the input"),
            PooledTensor.EmptyLike(weight, "Batch normalisation: gradient of the weight"),
            PooledTensor.EmptyLike(bias, "Batch normalisation: gradient of the bias"),
            residual is null ? null : PooledTensor.ChannelsLast(x.shape, "Batch normalisation: gradient of the residual")
        );
        var pass = new BatchNormBackwardPass(dy, x, weight, bias, residual, statistics, gradients);
        ActivatedWork.Run(pass, activation, x.shape[1]);
        scope.MoveToOuter(new[] { gradients.Input, gradients.Weight, gradients.Bias, gradients.Residual }.OfType<Tensor>());
        return gradients;
    }

    private static void Check(Tensor x, Tensor weight, Tensor bias, params ReadOnlySpan<Tensor?> likeX)
    {
        if (x.dtype != ScalarType.Float32 || x.dim() != 4 || x.shape[1] % Registers.Multiple != 0 || x.numel() == 0)
            throw new ArgumentException(
                $"Float32 maps [N, C, H, W] are needed, with C a multiple of {Registers.Multiple}, not {x}.",
                nameof(x)
            );
        long[] shape = x.shape;
        Check(weight, [shape[1]]);
        Check(bias, [shape[1]]);
        foreach (Tensor? tensor in likeX)
            Check(tensor, shape);
    }

    private static void Check(Tensor? tensor, long[] shape)
    {
        if (tensor is not null && !tensor.shape.SequenceEqual(shape))
            throw new ArgumentException($"A tensor [{string.Join(", ", shape)}] is needed, not [{string.Join(", ", tensor.shape)}].");
    }

    /// <summary>Channels-last maps [N, C, H, W] as rows of channels.</summary>
    public static PixelRows Rows(Tensor x) => x.shape is var shape ? new(shape[0] * shape[2] * shape[3], (int)shape[1]) : default;

    private readonly struct StatisticsPass(float* x, PixelRows rows, BatchStatistics statistics) : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => BatchNormForward<T>.Statistics(x, rows, statistics.Mean, statistics.Variance);
    }

    private readonly struct ForwardPass(float* x, PixelRows rows, ChannelAffine affine, float* residual, float* y) : IActivatedWork
    {
        public void Run<T, TActivation>()
            where T : unmanaged, IRegister<T>
            where TActivation : IActivation => BatchNormForward<T>.Normalize<TActivation>(x, rows, affine.Scale, affine.Shift, residual, y);
    }
}
