using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>What the convolutions and dense layers of a network multiply in while it trains.</summary>
internal static class LayerPrecision
{
    /// <summary>Sets it for the network's layers of this library; in evaluation mode they compute in float32 all the same.</summary>
    public static void Use(this nn.Module network, Precision precision)
    {
        foreach (nn.Module layer in network.modules().Prepend(network))
        {
            if (layer is Convolution convolution)
                convolution.Precision = precision;
            if (layer is Dense dense)
                dense.Precision = precision;
        }
    }

    /// <summary>
    /// The first part of a network that has weights of its own and is no layer of this library, with its name in the network ("" for the
    /// network itself); null where all weights are those of such layers.
    /// </summary>
    public static (string Name, nn.Module Module)? OtherThanLayers(this nn.Module network)
    {
        foreach ((string name, nn.Module module) in network.NamedParts())
        {
            bool isLayer = module is Convolution or Dense or BatchNorm;
            if (!isLayer && module.named_parameters(recurse: false).Any())
                return (name, module);
        }

        return null;
    }
}
