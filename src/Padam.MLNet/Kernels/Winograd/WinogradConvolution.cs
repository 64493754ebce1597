using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// 3x3 convolution with stride 1 by Winograd's algorithm (<see cref="IWinogradTile"/>) on channels-last float32 tensors of the CPU:
/// a quarter of the multiplications of direct convolution, rounding apart the same result (largest error about 1e-5 of the largest output).
/// </summary>
internal sealed unsafe class WinogradConvolution : IConvolutionKernels
{
    private WinogradConvolution() { }

    /// <summary>Whether the kernels can compute such a convolution here, be it quicker or not.</summary>
    public static bool Supports(ConvolutionShape shape) =>
        Registers.AreSupported
        && shape is { Kernel: 3, Stride: 1, Padding: 0 or 1, Batch: > 0, OutputHeight: > 0, OutputWidth: > 0, Inputs: > 0, Outputs: > 0 }
        && shape.Inputs % Registers.Multiple == 0
        && shape.Outputs % Registers.Multiple == 0;

    /// <summary>Outputs a side of the tiles into which the maps are cut.</summary>
    public static int TileSide(ConvolutionShape shape) => IsTinyMap(shape) ? KaratsubaMap2x2.Outputs : WinogradTile4.Outputs;

    /// <summary>The convolution with its gradient.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, 3, 3], in any layout.</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="padding">Rows and columns of zeros around each image: 0 or 1.</param>
    /// <param name="activation">Applied last.</param>
    /// <returns>[N, K, H + 2 padding - 2, W + 2 padding - 2] in channels-last layout.</returns>
    /// <exception cref="ArgumentException">
    /// The shape is not one that <see cref="Supports"/> accepts, or a tensor is not float32 on the CPU.
    /// </exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null, int padding = 1, Activation activation = Activation.None) =>
        ConvolutionFunction<WinogradConvolution>.Apply(x, weight, bias, 1, padding, activation);

    /// <summary>As <see cref="Apply"/>, without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias = null, int padding = 1, Activation activation = Activation.None)
    {
        ConvolutionShape shape = Checked(x, weight, padding);
        ConvolutionArguments.CheckBias(bias, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = PooledTensor.ChannelsLast(shape.OutputSizes, "Winograd forward: output");
        (x, bias) = (x.ToChannelsLast(), bias?.contiguous());
        float* biases = bias is null ? null : TensorMemory.Floats(bias);
        var pass = new Pass(shape, new(x), FilterBank.Of(weight), biases, new(y), padding);
        ActivatedWork.Run(pass, activation, shape.Inputs, shape.Outputs);
        GC.KeepAlive(weight);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the input, [N, C, H, W] in channels-last layout, from that of the output.</summary>
    /// <param name="dy">[N, K, H + 2 padding - 2, W + 2 padding - 2].</param>
    /// <param name="weight">[K, C, 3, 3].</param>
    /// <param name="padding">Rows and columns of zeros around each image: 0 or 1.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static Tensor InputGradient(Tensor dy, Tensor weight, int padding, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor dx = PooledTensor.ChannelsLast([dy.shape[0], weight.shape[1], height, width], "Winograd input gradient: output");
        ConvolutionShape shape = Checked(dx, weight, padding);
        ConvolutionArguments.CheckGradient(dy, shape);
        // The gradient is a convolution too: with turned filters, and with the padding that restores the size.
        dy = dy.ToChannelsLast();
        var turned = FilterBank.Of(weight).Transposed();
        var pass = new Pass(shape, new(dy), turned, null, new(dx), 2 - padding);
        ActivatedWork.Run(pass, Activation.None, shape.Inputs, shape.Outputs);
        GC.KeepAlive(weight);
        return dx.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the weights, in their layout, from the input and the gradient of the output.</summary>
    public static Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, padding);
        ConvolutionArguments.CheckGradient(dy, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = PooledTensor.EmptyLike(weight, "Winograd weight gradient: output");
        (x, dy) = (x.ToChannelsLast(), dy.ToChannelsLast());
        (ChannelsLastImages input, ChannelsLastImages output) = (new(x), new(dy));
        FilterBank filters = FilterBank.Of(gradient);
        Registers.Run(new WeightPass(shape, input, output, filters, padding), shape.Inputs, shape.Outputs);
        return gradient.MoveToOuterDisposeScope();
    }

    private static bool IsTinyMap(ConvolutionShape shape) => shape is { Height: 2, Width: 2, Padding: 1 };

    static Tensor IConvolutionKernels.Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation) =>
        Forward(x, weight, bias, padding, activation);

    static Tensor IConvolutionKernels.InputGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding) =>
        InputGradient(dy, weight, padding, x.shape[2], x.shape[3]);

    static Tensor IConvolutionKernels.WeightGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding) =>
        WeightGradient(x, dy, weight, padding);

    private static ConvolutionShape Checked(Tensor x, Tensor weight, int padding) =>
        ConvolutionArguments.Checked(x, weight, 1, padding, Supports, "Winograd's kernels");

    private readonly struct Pass(
        ConvolutionShape shape,
        ChannelsLastImages x,
        FilterBank filters,
        float* bias,
        ChannelsLastImages y,
        int padding
    ) : IActivatedWork
    {
        public void Run<T, TActivation>()
            where T : unmanaged, IRegister<T>
            where TActivation : IActivation
        {
            if (IsTinyMap(shape))
                WinogradForward<KaratsubaMap2x2, T, TActivation>.Run(x, filters, bias, y, padding);
            else
                WinogradForward<WinogradTile4, T, TActivation>.Run(x, filters, bias, y, padding);
        }
    }

    private readonly struct WeightPass(
        ConvolutionShape shape,
        ChannelsLastImages x,
        ChannelsLastImages dy,
        FilterBank gradient,
        int padding
    ) : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T>
        {
            if (IsTinyMap(shape))
                WinogradFilterGradient<KaratsubaMap2x2, T>.Run(x, dy, gradient, padding);
            else
                WinogradFilterGradient<WinogradTile4, T>.Run(x, dy, gradient, padding);
        }
    }
}
