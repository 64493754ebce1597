using Padam.MLNet.Kernels;

namespace Padam.MLNet.Layers;

/// <summary>
/// How a backward pass through these layers fails. No exception can leave it, since libtorch's own frames lie between it and the caller:
/// the gradients behind the layer that failed are missing, and the exception is kept. On the same thread it is thrown by the next forward
/// pass of a layer, by <c>step()</c> of this library's optimizers, and by <see cref="ThrowIfFailed"/>, once.
/// </summary>
public static class BackwardPass
{
    /// <summary>
    /// Throws what a backward pass of this thread failed with, if one did. A loop with another optimizer calls it between
    /// <c>backward()</c> and <c>step()</c>.
    /// </summary>
    public static void ThrowIfFailed() => KernelBackward.ThrowIfFailed();
}
