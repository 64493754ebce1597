using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// What a training needs at the very least, reckoned before it starts: what cannot fit is refused with what to change, instead of being
/// killed after hours.
/// (Images need no such estimate: what does not fit goes to a file, see ImageMemory.) Steps are counted against the machine's memory or the
/// container's.
/// </summary>
internal static class MemoryEstimate
{
    /// <summary>A step keeps what each layer put out for each image of the batch, besides the weights and their gradients.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit into the machine.</exception>
    internal static void RequireRoomForSteps(nn.Module<Tensor, Tensor> network, string name, ImageShape size, int batch)
    {
        double weights = 2.0 * sizeof(float) * network.parameters().Sum(parameter => parameter.NumberOfElements);
        double image = sizeof(float) * (size.Values + (ActivationMemory.NumbersPerPixel(network) * size.Pixels)),
            room = GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes;
        if (room <= 0 || weights + (image * batch) <= room)
            return;
        double fits = Math.Floor((room - weights) / image);
        throw new InsufficientMemoryException(
            FormattableString.Invariant(
                $"A step of {name} on {batch} images of {size} takes {Gigabytes(weights + (image * batch))}, and the machine has {Gigabytes(room)}. "
            )
                + (
                    fits >= 1
                        ? FormattableString.Invariant($"Set BatchSize to {fits} or less, or take smaller images (ImageSize).")
                        : "Take smaller images (ImageSize, Transforms.ResizeImages) or a smaller network."
                )
        );
    }

    private static string Gigabytes(double bytes) => FormattableString.Invariant($"{bytes / 1e9:0.00} GB");
}
