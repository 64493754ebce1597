using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The gradients of some parameters scaled down together to a norm, as <c>torch.nn.utils.clip_grad_norm_</c>, which also reads the norm and
/// so waits for the device.
/// </summary>
internal static class GradientClip
{
    // torch's, against a norm of 0.
    private const double Small = 1e-6;

    /// <param name="parameters">The parameters.</param>
    /// <param name="norm">The longest.</param>
    /// <param name="ranks">Who has the same gradients: all take the factor of the first, as their sums may round otherwise.</param>
    internal static void Apply(IEnumerable<Parameter> parameters, double norm, Communicator ranks)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar small = Scalars.Of(Small),
            most = Scalars.Of(norm);
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return;
        Tensor total = stack([.. gradients.Select(gradient => gradient.norm())]).norm(),
            part = total.full_like(most).div(total.add(small, Scalars.One)).clamp_max(Scalars.One);
        ranks.TakeOfFirst([part]);
        foreach (Tensor gradient in gradients)
            gradient.mul_(part);
    }
}
