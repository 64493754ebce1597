using Padam.MLNet.Layers;
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
        Registers.AreSupported
        && shape is { Batch: > 0, KernelFits: true, Inputs: > 0, Outputs: > 0, Kernel: > 0, Stride: > 0, Padding: >= 0 }
        && shape.Kernel * shape.Kernel * shape.Inputs <= Panel
        && shape.Outputs % Registers.Multiple == 0;

    /// <summary>The convolution with its gradient.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, R, R], in any layout.</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    /// <param name="activation">Applied last.</param>
    /// <returns>[N, K, H', W'] in channels-last layout.</returns>
    /// <exception cref="ArgumentException">
    /// The shape is not one that <see cref="Supports"/> accepts, or a tensor is not float32 on the CPU.
    /// </exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
    {
        bool needsGradient = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        if (!needsGradient)
            return Forward(x, weight, bias, stride, padding, activation);
        Tensor y = PatchFunction.Apply(x, weight, bias, stride, padding);
        return y.ActivatedInPlace(activation);
    }

    /// <summary>As <see cref="Apply"/>, without a gradient.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
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
        var pass = new Pass(patches, FilterBank.Of(weight), shape, biases, TensorMemory.Floats(y));
        ActivatedWork.Run(pass, activation, shape.Outputs);
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
        Registers.Run(new WeightPass(patches, TensorMemory.Floats(dy), shape, FilterBank.Of(gradient)), shape.Outputs);
        return gradient.MoveToOuterDisposeScope();
    }

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

    private readonly struct Pass(PatchRows patches, FilterBank filters, ConvolutionShape shape, float* bias, float* y) : IActivatedWork
    {
        public void Run<T, TActivation>()
            where T : unmanaged, IRegister<T>
            where TActivation : IActivation => PatchKernel<T>.Forward<TActivation>(patches, filters, shape, bias, y);
    }

    private readonly struct WeightPass(PatchRows patches, float* dy, ConvolutionShape shape, FilterBank gradient) : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => PatchKernel<T>.FilterGradient(patches, dy, shape, gradient);
    }
}
