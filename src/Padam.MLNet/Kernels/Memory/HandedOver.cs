using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Gradients that a custom function has returned to autograd. Autograd takes references of its own and nobody disposes ours: the next call
/// of such a function on this thread does.
/// </summary>
internal static class HandedOver
{
    [ThreadStatic]
    private static List<Tensor?>? s_gradients;

    /// <summary>Keeps what <c>backward</c> is about to return.</summary>
    public static List<Tensor> Keep(params List<Tensor?> gradients)
    {
        Dispose();
        s_gradients = gradients;
        return gradients!;
    }

    /// <summary>Lets go of what was kept last.</summary>
    public static void Dispose()
    {
        s_gradients?.ForEach(gradient => gradient?.Dispose());
        s_gradients = null;
    }
}
