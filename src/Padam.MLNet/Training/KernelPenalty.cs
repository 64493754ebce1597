using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Keras's <c>kernel_regularizer=l2(factor)</c>: factor times the sum of squares of every kernel joins the loss, 2 * factor * w its
/// gradient.
/// </summary>
internal static class KernelPenalty
{
    /// <summary>
    /// The kernels that are trained: parameters of two or more dimensions, convolution and dense, not biases nor batch normalisation.
    /// </summary>
    internal static IEnumerable<Parameter> Kernels(nn.Module network) =>
        network.parameters().Where(parameter => parameter.dim() >= 2 && parameter.requires_grad);

    internal static double Value(IReadOnlyCollection<Parameter> kernels, double factor)
    {
        if (kernels.Count == 0 || factor == 0)
            return 0;
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return factor * kernels.Sum(kernel => kernel.mul(kernel).sum().item<float>());
    }

    /// <summary>The gradient of the penalty, added by hand: autograd would keep a copy of every kernel for it.</summary>
    internal static void AddGradient(IReadOnlyCollection<Parameter> kernels, double factor)
    {
        using IDisposable noGradients = no_grad();
        using Scalar twice = Scalars.Of(2 * factor);
        foreach (Parameter kernel in kernels)
        {
            using Tensor? gradient = kernel.grad;
            gradient?.add_(kernel, alpha: twice);
        }
    }
}
