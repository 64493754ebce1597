using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>A convolution by kernels of this library as a node of autograd's graph.</summary>
/// <remarks>
/// TorchSharp's custom functions keep more tensors alive than they need, which would show in the peak memory of a training step; what is
/// done about it is said at each place.
/// </remarks>
internal sealed class ConvolutionFunction<TKernels> : autograd.SingleTensorFunction<ConvolutionFunction<TKernels>>
    where TKernels : IConvolutionKernels
{
    /// <inheritdoc/>
    public override string Name => typeof(TKernels).Name;

    /// <summary>The convolution, with its gradient where one is needed.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, R, R], in any layout.</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    /// <param name="activation">Applied last.</param>
    /// <returns>[N, K, H', W'] in channels-last layout.</returns>
    /// <exception cref="ArgumentException">The kernels do not take such a shape, or a tensor is not float32 on the CPU.</exception>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
    {
        if (!is_grad_enabled() || !(x.requires_grad || weight.requires_grad || bias is { requires_grad: true }))
            return TKernels.Forward(x, weight, bias, stride, padding, activation);
        KernelBackward.ThrowIfFailed();
        ReturnedGradients.DisposeLast();
        // The scope also takes the tensor of the output's size that TorchSharp allocates to remember the output's shape.
        using var scope = NewDisposeScope();
        return apply(x, weight, bias!, stride, padding).ActivatedInPlace(activation).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var weight, var bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
        var call = new Call((int)vars[3], (int)vars[4], x.requires_grad, weight.requires_grad, bias is { requires_grad: true });
        ctx.save_for_backward(bias is null ? [x, weight] : [x, weight, bias]);
        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(Call), call);
        return TKernels.Forward(x, weight, bias, call.Stride, call.Padding, Activation.None);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (Call)ctx.get_data(nameof(Call));
        return KernelBackward.Run(
            ctx,
            grad_output,
            arguments: 5,
            saved => Gradients(grad_output, saved[0], saved[1], saved.ElementAtOrDefault(2), call)
        );
    }

    private static List<Tensor?> Gradients(Tensor dy, Tensor x, Tensor weight, Tensor? bias, Call call)
    {
        (int stride, int padding) = (call.Stride, call.Padding);
        if (DifferentiableBackward.IsWanted)
        {
            return DifferentiableBackward.Gradients(
                of => nn.functional.conv2d(of[0]!, of[1]!, of[2], strides: [stride, stride], padding: [padding, padding]),
                [x, weight, bias],
                dy
            );
        }

        return
        [
            call.Input ? TKernels.InputGradient(x, dy, weight, stride, padding) : null,
            call.Weight ? TKernels.WeightGradient(x, dy, weight, stride, padding) : null,
            call.Bias ? dy.sum([0, 2, 3]) : null,
        ];
    }

    private sealed record Call(int Stride, int Padding, bool Input, bool Weight, bool Bias);
}
