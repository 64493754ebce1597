using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>A part of a network between whose end and the next one's beginning there is one tensor.</summary>
/// <param name="Layers">What it has weights, statistics or random draws in.</param>
/// <param name="Forward">What it does; temporaries go with the caller's dispose scope.</param>
/// <param name="Export">The same written down.</param>
internal sealed record Stage(
    IReadOnlyList<nn.Module> Layers,
    Func<Tensor, Tensor> Forward,
    Func<IGraphBuilder, GraphValue, GraphValue> Export
)
{
    /// <summary>One module.</summary>
    internal static Stage Of(nn.Module<Tensor, Tensor> module) =>
        new([module], module.forward, (graph, input) => graph.Module(module, input));

    /// <summary>The mean of each channel over the whole map: vectors of maps.</summary>
    internal static Stage Mean { get; } = new([], map => map.mean([2, 3]), (graph, map) => graph.Mean(map));
}
