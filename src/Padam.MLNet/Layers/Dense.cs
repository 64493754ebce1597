using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// A dense layer, [N, in] to [N, out], as torch.nn.Linear: parameters <c>weight</c> [out, in] and, on request, <c>bias</c> [out].
/// </summary>
public sealed class Dense : nn.Module<Tensor, Tensor>, IExportable
{
    /// <summary>Makes a layer with PyTorch's fresh weights: uniform within 1/√in, from torch's global generator.</summary>
    /// <param name="inputs">Numbers of an input, at least 1.</param>
    /// <param name="outputs">Numbers of an output, at least 1.</param>
    /// <param name="bias">Whether a number is added to each output.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least.</exception>
    public Dense(long inputs, long outputs, bool bias = true)
        : base(nameof(Dense))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        NativeLibraries.EnsureLoaded();
        WeightLimit.Take(outputs, inputs);
        register_parameter("weight", new Parameter(CpuTensors.Zeros([outputs, inputs])));
        if (bias)
            register_parameter("bias", new Parameter(CpuTensors.Zeros([outputs])));
        using IDisposable noGradients = no_grad();
        double bound = 1 / Math.Sqrt(inputs);
        Weight.uniform_(-bound, bound);
        Bias?.uniform_(-bound, bound);
    }

    // Looked up each time: moving a module to another device replaces what is registered.
    internal Parameter Weight => get_parameter("weight")!;

    internal Parameter? Bias => has_parameter("bias") ? get_parameter("bias") : null;

    /// <summary>What it multiplies in, in training mode.</summary>
    internal Precision Precision { get; set; }

    /// <summary>The outputs [N, out] of inputs [N, in].</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output =
            training && Precision == Precision.BFloat16
                ? BFloat16Product.Of(input, Weight, Bias, nn.functional.linear)
                : nn.functional.linear(input, Weight, Bias);
        return output.MoveToOuterDisposeScope();
    }

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) => graph.Dense(input, Weight, Bias);
}
