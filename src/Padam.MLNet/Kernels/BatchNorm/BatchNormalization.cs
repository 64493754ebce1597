using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>The statistics of a batch, by channel.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Variance">The biased variance.</param>
/// <param name="Epsilon">What is added to the variance.</param>
internal sealed record BatchStatistics(double[] Mean, double[] Variance, double Epsilon)
{
    public double InverseDeviation(int channel) => 1 / Math.Sqrt(Variance[channel] + Epsilon);
}

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
        && x.shape[1] % Register8.Count == 0
        && x.numel() > 0
        && x.IsChannelsLast();

    /// <summary>Normalises a batch by its own statistics.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="residual">What is added to the normalised values, of the shape of <paramref name="x"/>, or null.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The output, and the batch's statistics.</returns>
    public static (Tensor Output, BatchStatistics Statistics) Apply(
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        Activation activation,
        double epsilon
    )
    {
        BatchStatistics statistics = Statistics(x, epsilon);
        bool needsGradient =
            is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad || residual is { requires_grad: true });
        Tensor y = needsGradient
            ? BatchNormFunction.Apply(x, weight, bias, residual, activation, statistics)
            : Forward(x, weight, bias, residual, activation, statistics);
        return (y, statistics);
    }

    /// <summary>Mean and variance of each channel.</summary>
    public static BatchStatistics Statistics(Tensor x, double epsilon)
    {
        using var scope = NewDisposeScope();
        x = x.ToChannelsLast();
        PixelRows rows = Rows(x);
        var statistics = new BatchStatistics(new double[rows.Channels], new double[rows.Channels], epsilon);
        float* from = TensorMemory.Floats(x);
        if (FillsWidest(x))
            BatchNormForward<Register16>.Statistics(from, rows, statistics.Mean, statistics.Variance);
        else
            BatchNormForward<Register8>.Statistics(from, rows, statistics.Mean, statistics.Variance);
        return statistics;
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
        if (FillsWidest(x))
            Normalize<Register16>(activation, from, rows, affine, add, to);
        else
            Normalize<Register8>(activation, from, rows, affine, add, to);
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
        if (FillsWidest(x))
            Backward<Register16>(activation, dy, x, weight, bias, residual, statistics, gradients);
        else
            Backward<Register8>(activation, dy, x, weight, bias, residual, statistics, gradients);
        scope.MoveToOuter(new[] { gradients.Input, gradients.Weight, gradients.Bias, gradients.Residual }.OfType<Tensor>());
        return gradients;
    }

    private static void Normalize<T>(Activation activation, float* x, PixelRows rows, ChannelAffine affine, float* residual, float* y)
        where T : unmanaged, IRegister<T>
    {
        switch (activation)
        {
            case Activation.Relu:
                BatchNormForward<T>.Normalize<Relu>(x, rows, affine.Scale, affine.Shift, residual, y);
                break;
            case Activation.Gelu:
                BatchNormForward<T>.Normalize<Gelu>(x, rows, affine.Scale, affine.Shift, residual, y);
                break;
            case Activation.Silu:
                BatchNormForward<T>.Normalize<Silu>(x, rows, affine.Scale, affine.Shift, residual, y);
                break;
            default:
                BatchNormForward<T>.Normalize<Identity>(x, rows, affine.Scale, affine.Shift, residual, y);
                break;
        }
    }

    private static void Backward<T>(
        Activation activation,
        Tensor dy,
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        BatchStatistics statistics,
        BatchNormGradients gradients
    )
        where T : unmanaged, IRegister<T>
    {
        switch (activation)
        {
            case Activation.Relu:
                Backward<T, Relu>(dy, x, weight, bias, residual, statistics, gradients);
                break;
            case Activation.Gelu:
                Backward<T, Gelu>(dy, x, weight, bias, residual, statistics, gradients);
                break;
            case Activation.Silu:
                Backward<T, Silu>(dy, x, weight, bias, residual, statistics, gradients);
                break;
            default:
                Backward<T, Identity>(dy, x, weight, bias, residual, statistics, gradients);
                break;
        }
    }

    private static void Backward<T, TActivation>(
        Tensor dy,
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        BatchStatistics statistics,
        BatchNormGradients gradients
    )
        where T : unmanaged, IRegister<T>
        where TActivation : IActivation
    {
        PixelRows rows = Rows(x);
        int channels = rows.Channels;
        using ChannelAffine affine = new(weight, bias, statistics);
        using Scratch factors = Scratch.Rent(channels, "Batch normalisation: factors of the gradient"),
            inputs = Scratch.Rent(channels, "Batch normalisation: factors of the input"),
            constants = Scratch.Rent(channels, "Batch normalisation: constants");
        float* from = TensorMemory.Floats(x),
            outer = TensorMemory.Floats(dy),
            a = factors.Pointer,
            b = inputs.Pointer,
            c = constants.Pointer,
            add = residual is null ? null : TensorMemory.Floats(residual),
            dx = TensorMemory.Floats(gradients.Input);
        // What the activation lets through: the residual's gradient, or kept where the input's will stand, or computed twice.
        float* passed =
            gradients.Residual is not null ? TensorMemory.Floats(gradients.Residual)
            : TActivation.IsCostly ? dx
            : null;
        var activated = new BatchNormBackward<T, TActivation>.Activated(affine.Scale, affine.Shift, add);
        double[] sum = new double[channels],
            product = new double[channels];
        for (int i = 0; i < channels; i++)
            a[i] = (float)statistics.Mean[i];
        BatchNormBackward<T, TActivation>.Sums(outer, from, rows, mean: a, activated, passed, sum, product);

        float* w = TensorMemory.Floats(weight),
            dw = TensorMemory.Floats(gradients.Weight),
            db = TensorMemory.Floats(gradients.Bias);
        for (int i = 0; i < channels; i++)
        {
            // dx = w / s (g - mean(g) - (x - mean) / s^2 mean(g (x - mean)))
            double inverse = statistics.InverseDeviation(i),
                first = w[i] * inverse,
                second = -first * inverse * inverse * product[i] / rows.Count;
            (a[i], b[i], c[i]) = ((float)first, (float)second, (float)(-first * sum[i] / rows.Count - second * statistics.Mean[i]));
            (dw[i], db[i]) = ((float)(product[i] * inverse), (float)sum[i]);
        }

        if (TActivation.IsCostly)
            BatchNormBackward<T, Identity>.InputGradient(passed, from, rows, default, a, b, c, dx);
        else
            BatchNormBackward<T, TActivation>.InputGradient(outer, from, rows, activated, a, b, c, dx);
    }

    private static void Check(Tensor x, Tensor weight, Tensor bias, params ReadOnlySpan<Tensor?> likeX)
    {
        if (x.dtype != ScalarType.Float32 || x.dim() != 4 || x.shape[1] % Register8.Count != 0 || x.numel() == 0)
            throw new ArgumentException(
                $"Float32 maps [N, C, H, W] are needed, with C a multiple of {Register8.Count}, not {x}.",
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

    // Whether a pixel's channels are whole registers of the widest kind.
    private static bool FillsWidest(Tensor x) => Register16.IsSupported && x.shape[1] % Register16.Count == 0;

    private static PixelRows Rows(Tensor x) => x.shape is var shape ? new(shape[0] * shape[2] * shape[3], (int)shape[1]) : default;
}
