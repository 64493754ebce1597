using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>A part of a network between whose end and the next one's beginning there is one tensor.</summary>
/// <param name="Layers">What it has weights, statistics or random draws in.</param>
/// <param name="Forward">What it does; temporaries go with the caller's dispose scope.</param>
internal sealed record Stage(IReadOnlyList<nn.Module> Layers, Func<Tensor, Tensor> Forward);
