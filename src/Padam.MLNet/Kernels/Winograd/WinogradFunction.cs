using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Winograd convolution as a node of autograd's graph.</summary>
/// <remarks>
/// TorchSharp's custom functions keep more tensors alive than they need, which would show in the peak memory of a training step; what is
/// done about it is said at each place.
/// </remarks>
internal sealed class WinogradFunction : autograd.SingleTensorFunction<WinogradFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(WinogradFunction);

    /// <summary>See <see cref="WinogradConvolution.Apply"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int padding)
    {
        KernelBackward.ThrowIfFailed();
        ReturnedGradients.DisposeLast();
        // The scope also takes the tensor of the output's size that TorchSharp allocates to remember the output's shape.
        using var scope = NewDisposeScope();
        return apply(x, weight, bias!, padding).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var weight, var bias, int padding) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2], (int)vars[3]);
        ctx.save_for_backward(bias is null ? [x, weight] : [x, weight, bias]);
        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(Needs), new Needs(x.requires_grad, weight.requires_grad, bias is { requires_grad: true }, padding));
        return WinogradConvolution.Forward(x, weight, bias, padding);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var needs = (Needs)ctx.get_data(nameof(Needs));
        return KernelBackward.Run(
            ctx,
            grad_output,
            arguments: 4,
            saved => Gradients(grad_output, saved[0], saved[1], saved.ElementAtOrDefault(2), needs)
        );
    }

    private static List<Tensor?> Gradients(Tensor dy, Tensor x, Tensor weight, Tensor? bias, Needs needs)
    {
        if (DifferentiableBackward.IsWanted)
        {
            Tensor Forward() => nn.functional.conv2d(x, weight, bias, padding: [needs.Padding, needs.Padding]);
            return DifferentiableBackward.Gradients(Forward, [x, weight, bias], dy);
        }

        return
        [
            needs.Input ? WinogradConvolution.InputGradient(dy, weight, needs.Padding, x.shape[2], x.shape[3]) : null,
            needs.Weight ? WinogradConvolution.WeightGradient(x, dy, weight, needs.Padding) : null,
            needs.Bias ? dy.sum([0, 2, 3]) : null,
        ];
    }

    private sealed record Needs(bool Input, bool Weight, bool Bias, int Padding);
}
