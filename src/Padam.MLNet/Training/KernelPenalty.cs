using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Keras's <c>kernel_regularizer=l2(factor)</c>: factor times the sum of squares of every kernel joins the loss, 2 * factor * w its
/// gradient. The kernels are the parameters of two or more dimensions that are trained: convolution and dense, not biases nor batch
/// normalisation.
/// </summary>
internal sealed class KernelPenalty(nn.Module network, double factor)
{
    private readonly Parameter[] _kernels =
        factor == 0 ? [] : [.. network.parameters().Where(parameter => parameter.dim() >= 2 && parameter.requires_grad)];

    /// <summary>What joins the loss, read from the device; of ranks, which may round otherwise, the first one's.</summary>
    internal double Value(Communicator ranks)
    {
        if (_kernels.Length == 0)
            return 0;
        using DisposeScope scope = NewDisposeScope();
        return ranks.OfFirst(factor * HostReading.Read<float>(Sums().to(ScalarType.Float32)).Sum());
    }

    /// <summary>What joins the loss, a double on the device; null for nothing.</summary>
    internal Tensor? OnDevice()
    {
        if (_kernels.Length == 0)
            return null;
        using DisposeScope scope = NewDisposeScope();
        using Scalar part = Scalars.Of(factor);
        return Sums().to(ScalarType.Float64).sum().mul(part).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the penalty, added by hand: autograd would keep a copy of every kernel for it.</summary>
    internal void AddGradient()
    {
        using IDisposable noGradients = no_grad();
        using Scalar twice = Scalars.Of(2 * factor);
        foreach (Parameter kernel in _kernels)
        {
            using Tensor? gradient = kernel.grad;
            gradient?.add_(kernel, alpha: twice);
        }
    }

    // Of the squares of each kernel.
    private Tensor Sums()
    {
        using IDisposable noGradients = no_grad();
        return stack([.. _kernels.Select(kernel => kernel.mul(kernel).sum())]);
    }
}
