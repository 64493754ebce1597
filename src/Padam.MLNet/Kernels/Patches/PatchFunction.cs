using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Convolution by products of patches as a node of autograd's graph.</summary>
internal sealed class PatchFunction : autograd.SingleTensorFunction<PatchFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(PatchFunction);

    /// <summary>See <see cref="PatchConvolution.Apply"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding)
    {
        KernelBackward.ThrowIfFailed();
        ReturnedGradients.DisposeLast();
        // The scope also takes the tensor of the output's size that TorchSharp allocates to remember the output's shape.
        using var scope = NewDisposeScope();
        return apply(x, weight, bias!, stride, padding).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var weight, var bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
        var call = new Call((int)vars[3], (int)vars[4], x.requires_grad, weight.requires_grad, bias is { requires_grad: true });
        ctx.save_for_backward(bias is null ? [x, weight] : [x, weight, bias]);
        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(Call), call);
        return PatchConvolution.Forward(x, weight, bias, call.Stride, call.Padding, Activation.None);
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
        Tensor Forward() =>
            nn.functional.conv2d(x, weight, bias, strides: [call.Stride, call.Stride], padding: [call.Padding, call.Padding]);
        if (DifferentiableBackward.IsWanted)
            return DifferentiableBackward.Gradients(Forward, [x, weight, bias], dy);
        return
        [
            call.Input ? InputGradient(Forward, x, dy) : null,
            call.Weight ? PatchConvolution.WeightGradient(x, dy, weight, call.Stride, call.Padding) : null,
            call.Bias ? dy.sum([0, 2, 3]) : null,
        ];
    }

    // By libtorch: images, which few channels mostly are, need none.
    private static Tensor InputGradient(Func<Tensor> forward, Tensor x, Tensor dy)
    {
        using var scope = NewDisposeScope();
        using IDisposable _ = enable_grad();
        return autograd.grad([forward()], [x], [dy])[0].MoveToOuterDisposeScope();
    }

    private sealed record Call(int Stride, int Padding, bool Input, bool Weight, bool Bias);
}
