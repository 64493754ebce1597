using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// What the backward passes of the kernels' custom functions have in common: their tensors are let go of, and no exception leaves them,
/// since one that meets libtorch's frames ends the process. It is thrown by whoever computes next.
/// </summary>
internal static class KernelBackward
{
    // Autograd runs a CPU graph on the thread that asked for it.
    [ThreadStatic]
    private static ExceptionDispatchInfo? s_failure;

    [ThreadStatic]
    private static Action? s_atEachNode;

    /// <summary>
    /// Until disposing, something is done at each of these functions' nodes, where the gradients of all nodes before it are in their
    /// parameters: whole ones, since autograd adds up what a parameter is used for before it gives it any.
    /// </summary>
    public static IDisposable AtEachNode(Action action)
    {
        s_atEachNode = action;
        return new Watch();
    }

    /// <summary>Runs a backward pass.</summary>
    /// <param name="node">The node's context.</param>
    /// <param name="dy">The gradient of its output; invalid where there is none.</param>
    /// <param name="arguments">How many arguments the function takes, tensors or not.</param>
    /// <param name="gradients">
    /// The gradients of the first of them, from the saved tensors and dy; null for those that need none.
    /// </param>
#pragma warning disable CA1031 // Kept, and thrown again by ThrowIfFailed.
    public static List<Tensor> Run(
        autograd.AutogradContext node,
        Tensor dy,
        int arguments,
        Func<IReadOnlyList<Tensor>, IEnumerable<Tensor?>> gradients
    )
    {
        ReturnedGradients.DisposeLast();
        Tensor?[] none = new Tensor?[arguments];
        List<Tensor> saved = [];
        try
        {
            if (dy.IsInvalid || s_failure is not null)
                return [.. none.Cast<Tensor>()];
            s_atEachNode?.Invoke();
            saved = node.get_saved_variables();
            return ReturnedGradients.Keep(node, [.. gradients(saved).Concat(none).Take(arguments)]);
        }
        catch (Exception failure)
        {
            s_failure = ExceptionDispatchInfo.Capture(failure);
            return [.. none.Cast<Tensor>()];
        }
        finally
        {
            saved.ForEach(tensor => tensor.Dispose());
            dy.Dispose();
        }
    }
#pragma warning restore CA1031

    /// <summary>Throws what a backward pass of this thread ended with; once.</summary>
    public static void ThrowIfFailed()
    {
        if (s_failure is not { } failure)
            return;
        s_failure = null;
        failure.Throw();
    }

    private sealed class Watch : IDisposable
    {
        public void Dispose() => s_atEachNode = null;
    }
}
