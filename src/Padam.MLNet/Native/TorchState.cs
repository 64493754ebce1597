using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>
/// What torch keeps for each thread and every operation depends on, as the library needs it: no inference mode, gradients recorded or not
/// as said, and a dispose scope that holds every temporary tensor. Each way into the library enters it; disposing gives the caller's back.
/// </summary>
internal sealed class TorchState : IDisposable
{
    private readonly bool _gradients = is_grad_enabled(),
        _inference = is_inference_mode_enabled();

    private readonly IDisposable[] _modes;
    private readonly DisposeScope _scope = NewDisposeScope();

    // Turning inference mode off turns gradients on.
    private TorchState(bool gradients) => _modes = gradients ? [inference_mode(false)] : [inference_mode(false), no_grad()];

    /// <summary>Enters. What is made on this thread until the end, and not detached from the scope, is freed then.</summary>
    public static TorchState Enter() => new(gradients: true);

    /// <summary>As <see cref="Enter"/>, but no gradients are recorded.</summary>
    public static TorchState EnterWithoutGradients() => new(gradients: false);

    /// <summary>Tensors that outlive this: they pass to the caller's scope, or to nobody where it has none.</summary>
    public void MoveToCaller(IEnumerable<IDisposable> tensors) => _scope.MoveToOuter(tensors);

    /// <summary>Runs code of the caller's, such as a callback, in the caller's own state; what tensors it makes are the caller's.</summary>
    public void AsCaller(Action code)
    {
        using IDisposable mode = _inference ? inference_mode() : set_grad_enabled(_gradients);
        using DisposeScope scope = NewDisposeScope();
        try
        {
            code();
        }
        finally
        {
            IDisposable[] made = [.. scope.DisposablesView];
            scope.MoveToOther(_scope, made);
            MoveToCaller(made);
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        foreach (IDisposable mode in _modes.Reverse())
            mode.Dispose();
    }
}
