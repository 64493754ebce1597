using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Convolution of few channels, as a network's first, by products of patches (im2col): the pixels under the kernel are 32 numbers at most,
/// one panel of a product, which is made where it is used and never lies in memory as a whole. Any kernel, stride and padding, on
/// channels-last float32 tensors of the CPU.
/// </summary>
internal static unsafe class PatchConvolution
{
    private const int Panel = WinogradProduct.Panel;

    /// <summary>Whether the kernels can compute such a convolution here.</summary>
    public static bool Supports(ConvolutionShape shape) =>
        WinogradConvolution.IsSupported
        && shape is { Batch: > 0, KernelFits: true, Inputs: > 0, Outputs: > 0, Kernel: > 0, Stride: > 0, Padding: >= 0 }
        && shape.Kernel * shape.Kernel * shape.Inputs <= Panel
        && shape.Outputs % Register8.Count == 0;

    /// <summary>The convolution with its gradient.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, R, R], in any layout.</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    /// <param name="rectify">Whether negative outputs become zero (ReLU).</param>
    /// <returns>[N, K, H', W'] in channels-last layout.</returns>
    /// <exception cref="ArgumentException">
    /// The shape is not one that <see cref="Supports"/> accepts, or a tensor is not float32 on the CPU.
    /// </exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, bool rectify)
    {
        bool needsGradient = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        if (!needsGradient)
            return Forward(x, weight, bias, stride, padding, rectify);
        Tensor y = PatchFunction.Apply(x, weight, bias, stride, padding);
        return rectify ? y.relu_() : y;
    }

    /// <summary>As <see cref="Apply"/>, without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, bool rectify)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != shape.Outputs))
            throw new ArgumentException(
                $"A bias of {shape.Outputs} values is needed, this one is [{string.Join(", ", bias.shape)}].",
                nameof(bias)
            );
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = PooledTensor.ChannelsLast(OutputShape(shape), "Patch convolution: output");
        (x, bias) = (x.ToChannelsLast(), bias?.contiguous());
        var patches = new PatchRows(new(x), new(y), shape);
        float* biases = bias is null ? null : TensorMemory.Floats(bias);
        if (FillsWidest(shape))
            PatchKernel<Register16>.Forward(patches, FilterBank.Of(weight), shape, biases, rectify, TensorMemory.Floats(y));
        else
            PatchKernel<Register8>.Forward(patches, FilterBank.Of(weight), shape, biases, rectify, TensorMemory.Floats(y));
        GC.KeepAlive(weight);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the weights, in their layout, from the input and the gradient of the output.</summary>
    public static Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        if (!dy.shape.SequenceEqual(OutputShape(shape)))
            throw new ArgumentException(
                $"The gradient of an output [{string.Join(", ", OutputShape(shape))}] has its shape, not [{string.Join(", ", dy.shape)}].",
                nameof(dy)
            );
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = PooledTensor.EmptyLike(weight, "Patch convolution: weight gradient");
        (x, dy) = (x.ToChannelsLast(), dy.ToChannelsLast());
        var patches = new PatchRows(new(x), new(dy), shape);
        if (FillsWidest(shape))
            PatchKernel<Register16>.FilterGradient(patches, TensorMemory.Floats(dy), shape, FilterBank.Of(gradient));
        else
            PatchKernel<Register8>.FilterGradient(patches, TensorMemory.Floats(dy), shape, FilterBank.Of(gradient));
        return gradient.MoveToOuterDisposeScope();
    }

    // Whether a pixel's channels are whole registers of the widest kind.
    private static bool FillsWidest(ConvolutionShape shape) => Register16.IsSupported && shape.Outputs % Register16.Count == 0;

    private static long[] OutputShape(ConvolutionShape shape) => [shape.Batch, shape.Outputs, shape.OutputHeight, shape.OutputWidth];

    private static ConvolutionShape Checked(Tensor x, Tensor weight, int stride, int padding)
    {
        if (x.dim() != 4 || weight.dim() != 4 || x.shape[1] != weight.shape[1] || weight.shape[2] != weight.shape[3])
            throw new ArgumentException(
                $"No convolution: input [{string.Join(", ", x.shape)}], weight [{string.Join(", ", weight.shape)}]."
            );
        ConvolutionShape shape = ConvolutionShape.Of(x, weight, stride, padding);
        return Supports(shape)
            ? shape
            : throw new ArgumentException($"Products of patches do not cover {shape} on this machine; use direct convolution.");
    }
}
