using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Batch normalisation, residual and activation as one node of autograd's graph.</summary>
internal sealed class BatchNormFunction : autograd.SingleTensorFunction<BatchNormFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(BatchNormFunction);

    /// <summary>See <see cref="BatchNormalization.Apply"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, Tensor? residual, Activation activation, BatchStatistics statistics)
    {
        KernelBackward.ThrowIfFailed();
        ReturnedGradients.DisposeLast();
        // The scope also takes the tensor of the output's size that TorchSharp allocates to remember the output's shape.
        using var scope = NewDisposeScope();
        return apply(x, weight, bias, residual!, activation, statistics).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (var x, var weight, var bias, var residual) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor?)vars[3]);
        var call = new Call((Activation)vars[4], (BatchStatistics)vars[5]);
        ctx.save_for_backward(residual is null ? [x, weight, bias] : [x, weight, bias, residual]);
        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(Call), call);
        return BatchNormalization.Forward(x, weight, bias, residual, call.Activation, call.Statistics);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (Call)ctx.get_data(nameof(Call));
        return KernelBackward.Run(
            ctx,
            grad_output,
            arguments: 6,
            saved => Gradients(grad_output, saved[0], saved[1], saved[2], saved.ElementAtOrDefault(3), call)
        );
    }

    private static List<Tensor?> Gradients(Tensor dy, Tensor x, Tensor weight, Tensor bias, Tensor? residual, Call call)
    {
        if (DifferentiableBackward.IsWanted)
        {
            if (call.Statistics.Others is not null)
                throw new NotSupportedException("Batch normalisation over many processes has no second derivative.");
            return DifferentiableBackward.Gradients(
                of => ByOperators(of[0]!, of[1]!, of[2]!, of[3], call),
                [x, weight, bias, residual],
                dy
            );
        }

        BatchNormGradients gradients = BatchNormalization.Backward(dy, x, weight, bias, residual, call.Activation, call.Statistics);
        return [gradients.Input, gradients.Weight, gradients.Bias, gradients.Residual];
    }

    private static Tensor ByOperators(Tensor x, Tensor weight, Tensor bias, Tensor? residual, Call call)
    {
        Tensor y = nn.functional.batch_norm(x, null, null, weight, bias, training: true, eps: call.Statistics.Epsilon);
        if (residual is not null)
            y = y.add(residual, Scalars.One);
        return y.Activated(call.Activation);
    }

    private sealed class Call(Activation activation, BatchStatistics statistics)
    {
        public Activation Activation { get; } = activation;

        public BatchStatistics Statistics { get; } = statistics;
    }
}
