using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// 3x3 convolution with stride 1 by Winograd's algorithm (<see cref="IWinogradTile"/>) on channels-last float32 tensors of the CPU:
/// a quarter of the multiplications of direct convolution, rounding apart the same result (largest error about 1e-5 of the largest output).
/// </summary>
internal static unsafe class WinogradConvolution
{
    /// <summary>Whether this machine has the vector registers that the kernels are written for.</summary>
    public static bool IsSupported => Lanes16.IsSupported || Lanes8.IsSupported;

    /// <summary>Whether the kernels can compute such a convolution here, be it quicker or not.</summary>
    public static bool Supports(ConvolutionShape shape) =>
        IsSupported
        && shape is { Kernel: 3, Stride: 1, Padding: 0 or 1, Batch: > 0, OutputHeight: > 0, OutputWidth: > 0, Inputs: > 0, Outputs: > 0 }
        && shape.Inputs % WinogradProduct.Panel == 0
        && shape.Outputs % WinogradProduct.Panel == 0;

    /// <summary>Outputs a side of the tiles into which the maps are cut.</summary>
    public static int TileSide(ConvolutionShape shape) => IsTinyMap(shape) ? WinogradTile2.Outputs : WinogradTile4.Outputs;

    /// <summary>The convolution with its gradient.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, 3, 3], in any layout.</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="padding">Rows and columns of zeros around each image: 0 or 1.</param>
    /// <param name="rectify">Whether negative outputs become zero (ReLU).</param>
    /// <returns>[N, K, H + 2 padding - 2, W + 2 padding - 2] in channels-last layout.</returns>
    /// <exception cref="ArgumentException">
    /// The shape is not one that <see cref="Supports"/> accepts, or a tensor is not float32 on the CPU.
    /// </exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null, int padding = 1, bool rectify = false)
    {
        bool needsGradient = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        if (!needsGradient)
            return Forward(x, weight, bias, padding, rectify);
        Tensor y = WinogradFunction.Apply(x, weight, bias, padding);
        return rectify ? y.relu_() : y;
    }

    /// <summary>As <see cref="Apply"/>, without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias = null, int padding = 1, bool rectify = false)
    {
        ConvolutionShape shape = Checked(x, weight, padding);
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != shape.Outputs))
            throw new ArgumentException(
                $"A bias of {shape.Outputs} values is needed, this one is [{string.Join(", ", bias.shape)}].",
                nameof(bias)
            );
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = KernelMemory.Map([shape.Batch, shape.Outputs, shape.OutputHeight, shape.OutputWidth]);
        (x, bias) = (ToChannelsLast(x), bias?.contiguous());
        Forward(Images(x), Filters(weight), bias is null ? null : TensorMemory.Floats(bias), Images(y), padding, rectify, IsTinyMap(shape));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the input, [N, C, H, W] in channels-last layout, from that of the output.</summary>
    public static Tensor InputGradient(Tensor dy, Tensor weight, int padding, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor dx = KernelMemory.Map([dy.shape[0], weight.shape[1], height, width]);
        ConvolutionShape shape = Checked(dx, weight, padding);
        // The gradient is a convolution too: with turned filters, and with the padding that restores the size.
        dy = ToChannelsLast(dy);
        Forward(Images(dy), Filters(weight).Transposed(), null, Images(dx), 2 - padding, rectify: false, IsTinyMap(shape));
        return dx.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the weights, in their layout, from the input and the gradient of the output.</summary>
    public static Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, padding);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = KernelMemory.Like(weight);
        (x, dy) = (ToChannelsLast(x), ToChannelsLast(dy));
        ChannelsLast input = Images(x),
            output = Images(dy);
        switch (IsTinyMap(shape), Lanes16.IsSupported)
        {
            case (false, true):
                WinogradFilterGradient<WinogradTile4, Lanes16>.Run(input, output, Filters(gradient), padding);
                break;
            case (false, false):
                WinogradFilterGradient<WinogradTile4, Lanes8>.Run(input, output, Filters(gradient), padding);
                break;
            case (true, true):
                WinogradFilterGradient<WinogradTile2, Lanes16>.Run(input, output, Filters(gradient), padding);
                break;
            case (true, false):
                WinogradFilterGradient<WinogradTile2, Lanes8>.Run(input, output, Filters(gradient), padding);
                break;
        }

        return gradient.MoveToOuterDisposeScope();
    }

    private static void Forward(ChannelsLast x, FilterBank filters, float* bias, ChannelsLast y, int padding, bool rectify, bool isTinyMap)
    {
        switch (isTinyMap, Lanes16.IsSupported)
        {
            case (false, true):
                WinogradForward<WinogradTile4, Lanes16>.Run(x, filters, bias, y, padding, rectify);
                break;
            case (false, false):
                WinogradForward<WinogradTile4, Lanes8>.Run(x, filters, bias, y, padding, rectify);
                break;
            case (true, true):
                WinogradForward<WinogradTile2, Lanes16>.Run(x, filters, bias, y, padding, rectify);
                break;
            case (true, false):
                WinogradForward<WinogradTile2, Lanes8>.Run(x, filters, bias, y, padding, rectify);
                break;
        }
    }

    private static bool IsTinyMap(ConvolutionShape shape) => shape is { Height: 2, Width: 2, Padding: 1 };

    private static ConvolutionShape Checked(Tensor x, Tensor weight, int padding)
    {
        if (x.dim() != 4 || weight.dim() != 4 || x.shape[1] != weight.shape[1] || weight.shape[2] != weight.shape[3])
        {
            throw new ArgumentException(
                $"No convolution: input [{string.Join(", ", x.shape)}], weight [{string.Join(", ", weight.shape)}]."
            );
        }

        ConvolutionShape shape = ConvolutionShape.Of(x, weight, padding: padding);
        return Supports(shape)
            ? shape
            : throw new ArgumentException($"Winograd's algorithm does not cover {shape} on this machine; use direct convolution.");
    }

    /// <summary>The tensor itself, or a copy if it has another layout.</summary>
    private static Tensor ToChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static ChannelsLast Images(Tensor channelsLast)
    {
        long[] shape = channelsLast.shape;
        return new ChannelsLast(TensorMemory.Floats(channelsLast), (int)shape[0], (int)shape[2], (int)shape[3], (int)shape[1]);
    }

    private static FilterBank Filters(Tensor weight)
    {
        long[] shape = weight.shape,
            strides = weight.stride();
        return new FilterBank(
            (nint)TensorMemory.Floats(weight),
            (int)shape[0],
            (int)shape[1],
            (nint)strides[0],
            (nint)strides[1],
            (nint)strides[2],
            (nint)strides[3]
        );
    }
}
