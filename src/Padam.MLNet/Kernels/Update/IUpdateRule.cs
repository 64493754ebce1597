using TorchSharp;

namespace Padam.MLNet.Kernels;

/// <summary>An optimizer's formula: one step of every element on its own.</summary>
internal interface IUpdateRule
{
    /// <summary>Replaces parameter and state by their next values.</summary>
    /// <param name="theta">The parameter.</param>
    /// <param name="g">Its gradient.</param>
    /// <param name="m">
    /// First moment or momentum. Meaningless, and not kept, where <see cref="Operands"/> has none; likewise the two that follow.
    /// </param>
    /// <param name="v">Second moment.</param>
    /// <param name="vh">Largest second moment so far.</param>
    void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>;
}

/// <summary>What a step works on: a parameter, its gradient and its state, all of one shape, type and device.</summary>
internal readonly record struct Operands(
    torch.Tensor Parameter,
    torch.Tensor Gradient,
    torch.Tensor? M,
    torch.Tensor? V,
    torch.Tensor? MaxV
);
