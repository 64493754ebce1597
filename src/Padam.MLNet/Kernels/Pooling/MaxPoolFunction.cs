using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Max pooling as a node of autograd's graph; it keeps its input alone.</summary>
internal sealed class MaxPoolFunction : autograd.SingleTensorFunction<MaxPoolFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(MaxPoolFunction);

    /// <summary>See <see cref="MaxPooling.Apply"/>.</summary>
    public static Tensor Apply(Tensor x)
    {
        KernelBackward.ThrowIfFailed();
        ReturnedGradients.DisposeLast();
        // The scope also takes the tensor of the output's size that TorchSharp allocates to remember the output's shape.
        using var scope = NewDisposeScope();
        return apply(x).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_for_backward([x]);
        ctx.set_materialize_grads(false);
        return MaxPooling.Forward(x);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        KernelBackward.Run(
            ctx,
            grad_output,
            arguments: 1,
            saved =>
                DifferentiableBackward.IsWanted
                    ? DifferentiableBackward.Gradients(of => MaxPooling.ByOperators(of[0]!), [saved[0]], grad_output)
                    : [MaxPooling.Backward(grad_output, saved[0])]
        );
}
