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
/// relu(batch_norm(x) + residual) in training, on channels-last float32 maps of the CPU: two passes over the map forward and two backward,
/// where libtorch's
/// operators, one after the other, take twice as many.
/// </summary>
internal static unsafe class BatchNormalization
{
    // As many channels as the widest register holds.
    private const int Panel = 16;

    /// <summary>Whether the kernels can take such a map.</summary>
    public static bool Supports(Tensor x) =>
        x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && x.dim() == 4
        && x.shape[1] % Panel == 0
        && x.numel() > 0
        && IsChannelsLast(x);

    /// <summary>Normalises a batch by its own statistics.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="residual">What is added to the normalised values, of the shape of <paramref name="x"/>, or null.</param>
    /// <param name="rectify">Whether negative outputs become zero (ReLU).</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The output, and the batch's statistics.</returns>
    public static (Tensor Output, BatchStatistics Statistics) Apply(
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        bool rectify,
        double epsilon
    )
    {
        BatchStatistics statistics = Statistics(x, epsilon);
        bool needsGradient =
            is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad || residual is { requires_grad: true });
        Tensor y = needsGradient
            ? BatchNormFunction.Apply(x, weight, bias, residual, rectify, statistics)
            : Forward(x, weight, bias, residual, rectify, statistics);
        return (y, statistics);
    }

    /// <summary>Mean and variance of each channel.</summary>
    public static BatchStatistics Statistics(Tensor x, double epsilon)
    {
        PixelRows rows = Rows(x);
        var statistics = new BatchStatistics(new double[rows.Channels], new double[rows.Channels], epsilon);
        float* from = TensorMemory.Floats(x);
        if (WideRegisters)
            BatchNormForward<Register16>.Statistics(from, rows, statistics.Mean, statistics.Variance);
        else
            BatchNormForward<Register8>.Statistics(from, rows, statistics.Mean, statistics.Variance);
        return statistics;
    }

    /// <summary>As <see cref="Apply"/>, by known statistics and without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor bias, Tensor? residual, bool rectify, BatchStatistics statistics)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        PixelRows rows = Rows(x);
        residual = SameLayout(residual, x);
        Tensor y = KernelMemory.Map(x.shape);
        using Scratch affine = Affine(weight, bias, statistics);
        float* scale = affine.Pointer,
            shift = scale + rows.Channels,
            from = TensorMemory.Floats(x),
            to = TensorMemory.Floats(y),
            add = residual is null ? null : TensorMemory.Floats(residual);
        if (WideRegisters)
            BatchNormForward<Register16>.Normalize(from, rows, scale, shift, add, rectify, to);
        else
            BatchNormForward<Register8>.Normalize(from, rows, scale, shift, add, rectify, to);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradients of what went into <see cref="Forward"/>, from that of its output.</summary>
    public static BatchNormGradients Backward(
        Tensor dy,
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        bool rectify,
        BatchStatistics statistics
    )
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (dy, residual) = (SameLayout(dy, x)!, SameLayout(residual, x));
        var gradients = new BatchNormGradients(
            KernelMemory.Map(x.shape),
            empty_like(weight),
            empty_like(bias),
            residual is null ? null : KernelMemory.Map(x.shape)
        );
        if (WideRegisters)
            Backward<Register16>(dy, x, weight, bias, residual, rectify, statistics, gradients);
        else
            Backward<Register8>(dy, x, weight, bias, residual, rectify, statistics, gradients);
        scope.MoveToOuter(new[] { gradients.Input, gradients.Weight, gradients.Bias, gradients.Residual }.OfType<Tensor>());
        return gradients;
    }

    private static bool WideRegisters => System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated;

    private static void Backward<T>(
        Tensor dy,
        Tensor x,
        Tensor weight,
        Tensor bias,
        Tensor? residual,
        bool rectify,
        BatchStatistics statistics,
        BatchNormGradients gradients
    )
        where T : unmanaged, IRegister<T>
    {
        PixelRows rows = Rows(x);
        int channels = rows.Channels;
        using Scratch affine = Affine(weight, bias, statistics),
            memory = Scratch.Rent(3L * channels);
        float* from = TensorMemory.Floats(x),
            outer = TensorMemory.Floats(dy),
            a = memory.Pointer,
            b = a + channels,
            c = b + channels;
        var rectifier = new BatchNormBackward<T>.Rectifier(
            rectify,
            affine.Pointer,
            affine.Pointer + channels,
            residual is null ? null : TensorMemory.Floats(residual)
        );
        double[] sum = new double[channels],
            product = new double[channels];
        for (int i = 0; i < channels; i++)
            a[i] = (float)statistics.Mean[i];
        BatchNormBackward<T>.Sums(
            outer,
            from,
            rows,
            mean: a,
            rectifier,
            gradients.Residual is null ? null : TensorMemory.Floats(gradients.Residual),
            sum,
            product
        );

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

        BatchNormBackward<T>.InputGradient(outer, from, rows, rectifier, a, b, c, TensorMemory.Floats(gradients.Input));
    }

    /// <summary>scale = w / s, then shift = b - mean scale.</summary>
    private static Scratch Affine(Tensor weight, Tensor bias, BatchStatistics statistics)
    {
        int channels = statistics.Mean.Length;
        Scratch memory = Scratch.Rent(2L * channels);
        float* w = TensorMemory.Floats(weight),
            b = TensorMemory.Floats(bias),
            scale = memory.Pointer,
            shift = scale + channels;
        for (int i = 0; i < channels; i++)
        {
            scale[i] = (float)(w[i] * statistics.InverseDeviation(i));
            shift[i] = (float)(b[i] - statistics.Mean[i] * scale[i]);
        }

        return memory;
    }

    private static Tensor? SameLayout(Tensor? tensor, Tensor x) =>
        tensor is null || IsChannelsLast(tensor) ? tensor : tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static PixelRows Rows(Tensor x) => x.shape is var shape ? new(shape[0] * shape[2] * shape[3], (int)shape[1]) : default;

    private static bool IsChannelsLast(Tensor x)
    {
        (long[] shape, long[] strides) = (x.shape, x.stride());
        long next = 1;
        foreach (int dimension in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            if (shape[dimension] != 1 && strides[dimension] != next)
                return false;
            next *= shape[dimension];
        }

        return true;
    }
}
