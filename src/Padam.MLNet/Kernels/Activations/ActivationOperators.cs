using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Activations by libtorch's operators.</summary>
internal static class ActivationOperators
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
    public static void Require(this Activation activation, string argument)
    {
        if (!Enum.IsDefined(activation))
            throw new ArgumentOutOfRangeException(argument, activation, $"Use one of {string.Join(", ", Enum.GetNames<Activation>())}.");
    }

    /// <summary>The activation of each element, in a tensor of its own unless there is none.</summary>
    public static Tensor Activated(this Tensor x, Activation activation) =>
        activation switch
        {
            Activation.Relu => x.relu(),
            Activation.Gelu => nn.functional.gelu(x),
            Activation.Silu => nn.functional.silu(x),
            _ => x,
        };

    /// <summary>The same, of a map that nobody else has seen: where the gradient allows it, in place.</summary>
    public static Tensor ActivatedInPlace(this Tensor x, Activation activation) =>
        activation == Activation.Relu ? x.relu_() : x.Activated(activation);
}
