using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Convolution as a matrix product (im2col): the pixels under the kernel are laid out block by block where they are multiplied, and never
/// lie in memory as a whole. Any kernel, stride and padding, channels a multiple of 8, on channels-last float32 tensors of the CPU.
/// </summary>
internal sealed unsafe class Im2colConvolution : IConvolutionKernels
{
    private Im2colConvolution() { }

    /// <summary>Whether the kernels can compute such a convolution here, be it quicker or not.</summary>
    public static bool Supports(ConvolutionShape shape) =>
        Registers.AreSupported
        && shape is { Batch: > 0, KernelFits: true, Inputs: > 0, Outputs: > 0, Kernel: > 0, Stride: > 0, Padding: >= 0 }
        && shape.Inputs % Registers.Multiple == 0
        && shape.Outputs % Registers.Multiple == 0
        && shape.Kernel * shape.Kernel * Math.Max(shape.Inputs, shape.Outputs) <= int.MaxValue / PanelProduct.Panel;

    /// <inheritdoc/>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        ConvolutionArguments.CheckBias(bias, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor y = PooledTensor.ChannelsLast(shape.OutputSizes, "Im2col forward: output");
        (x, bias) = (x.ToChannelsLast(), bias?.contiguous());
        float* biases = bias is null ? null : TensorMemory.Floats(bias);
        var pass = new Pass(new(x), FilterBank.Of(weight), biases, new(y), [PixelLattice.OfOutputs(shape)]);
        ActivatedWork.Run(pass, activation, shape.Inputs, shape.Outputs);
        GC.KeepAlive(weight);
        return y.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public static Tensor InputGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        ConvolutionArguments.CheckGradient(dy, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor dx = PooledTensor.ChannelsLast(x.shape, "Im2col input gradient: output");
        dy = dy.ToChannelsLast();
        var pass = new Pass(new(dy), FilterBank.Of(weight).Swapped(), null, new(dx), PixelLattice.OfInputs(shape));
        ActivatedWork.Run(pass, Activation.None, shape.Inputs, shape.Outputs);
        GC.KeepAlive(weight);
        return dx.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public static Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding)
    {
        ConvolutionShape shape = Checked(x, weight, stride, padding);
        ConvolutionArguments.CheckGradient(dy, shape);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = PooledTensor.EmptyLike(weight, "Im2col weight gradient: output");
        (x, dy) = (x.ToChannelsLast(), dy.ToChannelsLast());
        var pass = new WeightPass(new(x), new(dy), FilterBank.Of(gradient), PixelLattice.OfOutputs(shape));
        Registers.Run(pass, shape.Inputs, shape.Outputs);
        return gradient.MoveToOuterDisposeScope();
    }

    private static ConvolutionShape Checked(Tensor x, Tensor weight, int stride, int padding) =>
        ConvolutionArguments.Checked(x, weight, stride, padding, Supports, "Products of laid out pixels");

    private readonly struct Pass(
        ChannelsLastImages x,
        FilterBank filters,
        float* bias,
        ChannelsLastImages y,
        IReadOnlyList<PixelLattice> lattices
    ) : IActivatedWork
    {
        public void Run<T, TActivation>()
            where T : unmanaged, IRegister<T>
            where TActivation : IActivation => Im2colForward<T, TActivation>.Run(x, filters, bias, y, lattices);
    }

    private readonly struct WeightPass(ChannelsLastImages x, ChannelsLastImages dy, FilterBank gradient, PixelLattice outputs)
        : IRegisterWork
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => Im2colFilterGradient<T>.Run(x, dy, gradient, outputs);
    }
}
