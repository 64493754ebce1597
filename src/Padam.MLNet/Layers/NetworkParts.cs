using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>All modules of a network.</summary>
internal static class NetworkParts
{
    /// <summary>The network itself, named "", and the modules in it.</summary>
    public static IEnumerable<(string Name, nn.Module Module)> NamedParts(this nn.Module network) =>
        network.named_modules().Prepend((name: "", module: network));
}
