using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>Batch normalisation in a network whose batches are shared by many processes.</summary>
internal static class SynchronizedNormalization
{
    /// <summary>Whether the network has any that computes statistics of its batch.</summary>
    public static bool HasBatchNorm(this nn.Module network) =>
        network.NamedParts().Any(part => part.Module is BatchNorm || IsOthers(part.Module));

    /// <summary>Lets the network's layers of this library normalise by the sums of all processes; null takes that back.</summary>
    public static void SynchronizeBatchNorm(this nn.Module network, SumOverRanks? others)
    {
        foreach (BatchNorm norm in network.NamedParts().Select(part => part.Module).OfType<BatchNorm>())
            norm.ShareWith(others);
    }

    /// <exception cref="NotSupportedException">A batch normalisation of the network cannot work with such sums.</exception>
    public static void RequireSynchronizable(this nn.Module network)
    {
        foreach ((string name, nn.Module module) in network.NamedParts())
        {
            if (IsOthers(module))
                throw new NotSupportedException(
                    $"SynchronizedBatchNorm is for Layers.BatchNorm, and '{name}' is TorchSharp's {module.GetType().Name}. Build the "
                        + "network of Padam.MLNet.Layers, or leave SynchronizedBatchNorm off."
                );
            if (module is BatchNorm norm && norm.Weight.numel() % Registers.Multiple != 0)
                throw new NotSupportedException(
                    $"SynchronizedBatchNorm is for channels in multiples of {Registers.Multiple}, and '{name}' has {norm.Weight.numel()}. "
                        + "Widen the layer, or leave SynchronizedBatchNorm off."
                );
        }
    }

    private static bool IsOthers(nn.Module module) =>
        module is TorchSharp.Modules.BatchNorm1d or TorchSharp.Modules.BatchNorm2d or TorchSharp.Modules.BatchNorm3d;
}
