using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Max pooling of squares of 2x2 pixels side by side, as torch.nn.MaxPool2d(2): to the byte the same, ties and NaN included. Channels-last
/// float32 maps of the CPU go through kernels, all others to libtorch.
/// </summary>
internal static class MaxPooling
{
    private const int Side = 2;

    /// <summary>Whether the kernels can take such a map.</summary>
    public static bool Supports(Tensor x) =>
        Registers.AreSupported
        && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && x.dim() == 4
        && x.shape is [> 0, > 0, >= Side, >= Side]
        && x.shape[1] % Registers.Multiple == 0
        && x.IsChannelsLast();

    /// <summary>The largest values, with their gradient where one is needed.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <returns>[N, C, H / 2, W / 2], rounded down.</returns>
    public static Tensor Apply(Tensor x) =>
        !Supports(x) ? ByOperators(x)
        : is_grad_enabled() && x.requires_grad ? MaxPoolFunction.Apply(x)
        : Forward(x);

    /// <summary>As <see cref="Apply"/>, by libtorch.</summary>
    public static Tensor ByOperators(Tensor x) => nn.functional.max_pool2d(x, Side);

    /// <summary>As <see cref="Apply"/>, by the kernels and without a gradient.</summary>
    public static Tensor Forward(Tensor x)
    {
        Check(x);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = PooledTensor.ChannelsLast(OutputShape(x), "Max pooling: output");
        (ChannelsLastImages from, ChannelsLastImages to) = (new(x), new(y));
        Registers.Run(new ForwardPass(from, to), x.shape[1]);
        GC.KeepAlive(x);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of <paramref name="x"/> from that of the output.</summary>
    public static Tensor Backward(Tensor dy, Tensor x)
    {
        Check(x);
        if (!dy.shape.SequenceEqual(OutputShape(x)))
            throw new ArgumentException(
                $"The gradient of an output [{string.Join(", ", OutputShape(x))}] has its shape, not [{string.Join(", ", dy.shape)}].",
                nameof(dy)
            );
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        dy = dy.ToChannelsLast();
        Tensor dx = PooledTensor.ChannelsLast(x.shape, "Max pooling: input gradient");
        (ChannelsLastImages from, ChannelsLastImages gradient, ChannelsLastImages to) = (new(x), new(dy), new(dx));
        Registers.Run(new BackwardPass(from, gradient, to), x.shape[1]);
        GC.KeepAlive(x);
        return dx.MoveToOuterDisposeScope();
    }

    private static long[] OutputShape(Tensor x) => [x.shape[0], x.shape[1], x.shape[2] / Side, x.shape[3] / Side];

    private static void Check(Tensor x)
    {
        if (!Supports(x))
            throw new ArgumentException(
                $"Channels-last float32 maps of the CPU are needed, with a multiple of {Registers.Multiple} channels and at least "
                    + $"{Side}x{Side} pixels; this one is {x.dtype} [{string.Join(", ", x.shape)}], strides "
                    + $"[{string.Join(", ", x.stride())}].",
                nameof(x)
            );
    }

    private readonly struct ForwardPass(ChannelsLastImages x, ChannelsLastImages y) : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => MaxPoolKernel<T>.Forward(x, y);
    }

    private readonly struct BackwardPass(ChannelsLastImages x, ChannelsLastImages dy, ChannelsLastImages dx) : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => MaxPoolKernel<T>.Backward(x, dy, dx);
    }
}
