using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Gradients that can be differentiated again, as <c>create_graph</c> asks for: the kernels leave no graph behind, so libtorch's operators
/// compute the same function once more and its gradients with it.
/// </summary>
internal static class DifferentiableBackward
{
    /// <summary>
    /// Whether <c>backward</c>, which asks, runs under <c>create_graph</c>: autograd records gradients during a backward pass only then.
    /// </summary>
    public static bool IsWanted => is_grad_enabled();

    /// <summary>The gradients of those inputs that need one; null for the others.</summary>
    /// <param name="function">The forward pass, by libtorch's operators, of the inputs that it is given.</param>
    /// <param name="inputs">What it depends on; null where there is no such input.</param>
    /// <param name="dy">The gradient of its output.</param>
    public static List<Tensor?> Gradients(Func<IReadOnlyList<Tensor?>, Tensor> function, IReadOnlyList<Tensor?> inputs, Tensor dy)
    {
        using var scope = NewDisposeScope();
        // Of views: where one input was computed from another, the way between them is the outer pass's to go. (An alias is the same
        // variable to autograd.)
        Tensor?[] views = [.. inputs.Select(input => Needs(input) ? input!.view(input.shape) : input)];
        Tensor[] needed = [.. views.Where(Needs).Select(input => input!)];
        var gradients = new Queue<Tensor>(autograd.grad([function(views)], needed, [dy], retain_graph: true, create_graph: true));
        scope.MoveToOuter(gradients);
        return [.. inputs.Select(input => Needs(input) ? gradients.Dequeue() : null)];
    }

    private static bool Needs(Tensor? input) => input is { requires_grad: true };
}
