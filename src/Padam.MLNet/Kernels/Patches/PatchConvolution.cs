using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Convolution of few channels, as a network's first, by products of patches (im2col): the pixels under the kernel are 32 numbers at most,
/// one panel of a product, which is made where it is used and never lies in memory as a whole. Any kernel, stride and padding, on
/// channels-last float32 tensors of the CPU.
/// </summary>
internal sealed unsafe class PatchConvolution : IConvolutionKernels
{
    private const int Panel = PanelProduct.Panel;

    private PatchConvolution() { }

    /// <summary>Whether the kernels can compute such a convolution here.</summary>
    public static bool Supports(ConvolutionShape shape) =>
        Registers.AreSupported
        && shape is { Batch: > 0, KernelFits: true, Inputs: > 0, Outputs: > 0, Kernel: > 0, Stride: > 0, Padding: >= 0 }
        && shape.Kernel * shape.Kernel * shape.Inputs <= Panel
        && shape.Outputs % Registers.Multiple == 0;

    /// <inheritdoc/>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        ConvolutionArguments.CheckBias(bias, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = PooledTensor.ChannelsLast(shape.OutputSizes, "Patch convolution: output");
        (x, bias) = (x.ToChannelsLast(), bias?.contiguous());
        var patches = new PatchRows(new(x), new(y), shape);
        float* biases = bias is null ? null : TensorMemory.Floats(bias);
        var pass = new Pass(patches, FilterBank.Of(weight), shape, biases, TensorMemory.Floats(y));
        ActivatedWork.Run(pass, activation, shape.Outputs);
        GC.KeepAlive(weight);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>By libtorch: images, which few channels mostly are, need none.</summary>
    public static Tensor InputGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding)
    {
        using var scope = NewDisposeScope();
        using IDisposable _ = enable_grad();
        Tensor input = x.detach().requires_grad_(),
            y = nn.functional.conv2d(input, weight.detach(), strides: [stride, stride], padding: [padding, padding]);
        return autograd.grad([y], [input], [dy])[0].MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public static Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        ConvolutionArguments.CheckGradient(dy, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = PooledTensor.EmptyLike(weight, "Patch convolution: weight gradient");
        (x, dy) = (x.ToChannelsLast(), dy.ToChannelsLast());
        var patches = new PatchRows(new(x), new(dy), shape);
        Registers.Run(new WeightPass(patches, TensorMemory.Floats(dy), shape, FilterBank.Of(gradient)), shape.Outputs);
        return gradient.MoveToOuterDisposeScope();
    }

    private static ConvolutionShape Checked(Tensor x, Tensor weight, int stride, int padding) =>
        ConvolutionArguments.Checked(x, weight, stride, padding, Supports, "Products of patches");

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
