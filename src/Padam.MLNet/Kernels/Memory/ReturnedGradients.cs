using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Gradients that a custom function has returned to autograd. Autograd takes references of its own, after <c>backward</c> has returned and
/// without a word: until then ours must live, and afterwards they only hold memory. They live with the graph's node; the next call of such
/// a function on the same thread disposes them.
/// </summary>
internal static class ReturnedGradients
{
    // Weak: what the last node of a training returned is not held by its thread.
    [ThreadStatic]
    private static WeakReference<List<Tensor?>>? s_last;

    /// <summary>Keeps what <c>backward</c> is about to return.</summary>
    public static List<Tensor> Keep(autograd.AutogradContext node, params List<Tensor?> gradients)
    {
        node.save_data(nameof(ReturnedGradients), gradients);
        s_last = new(gradients);
        return gradients!;
    }

    /// <summary>Disposes what was kept last on this thread.</summary>
    public static void DisposeLast()
    {
        if (s_last?.TryGetTarget(out List<Tensor?>? gradients) == true)
            gradients.ForEach(gradient => gradient?.Dispose());
        s_last = null;
    }
}
