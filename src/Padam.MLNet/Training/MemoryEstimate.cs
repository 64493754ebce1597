using Padam.MLNet.Data;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// What a training step needs, reckoned before the first: what cannot fit is refused with what to change, instead of being killed after
/// hours. (Images need no such estimate: what does not fit goes to a file, see ImageMemory.)
/// </summary>
internal sealed class MemoryEstimate
{
    // The peak of a step over what layers keep, for each image more of a batch: measured as the slope of the peak resident memory over the
    // batch, 1.23 (resnet50), 1.28 (resnet18), 1.37 (wrn-16-4), 1.41 (vgg16), 1.63 (vgg-small). The backward pass makes the difference.
    private const double PeakOverKept = 1.5;

    // Scratch, whatever the batch: what one to three images take, in the same runs.
    private const int FurtherImages = 2;

    // A gradient and up to three moments for each weight that is trained; and where they are averaged, the average, and the weights
    // that wait while it is measured.
    private const int NumbersAWeight = 4,
        NumbersAnAverage = 2;

    private readonly double _weights,
        _bytesKept;

    /// <param name="network">The network.</param>
    /// <param name="bytesKept">What its layers keep of one image until the backward pass.</param>
    /// <param name="averaged">Whether its weights are averaged.</param>
    internal MemoryEstimate(nn.Module<Tensor, Tensor> network, double bytesKept, bool averaged = false)
    {
        int numbers = NumbersAWeight + (averaged ? NumbersAnAverage : 0);
        _weights =
            numbers
            * sizeof(float)
            * (double)network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.NumberOfElements);
        _bytesKept = bytesKept;
    }

    /// <summary>
    /// What the machine, or the container, has for this process besides what it holds already; endless where that is not known.
    /// </summary>
    internal static double Room() =>
        GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes is > 0 and var most
            ? Math.Max(0, most - Environment.WorkingSet)
            : double.PositiveInfinity;

    /// <exception cref="InsufficientMemoryException">A step does not fit.</exception>
    internal void RequireRoom(string name, ImageShape size, int batch, double room)
    {
        // Twice the image itself: batches are assembled one ahead.
        double image = (PeakOverKept * _bytesKept) + (2.0 * sizeof(float) * size.Values),
            needed = _weights + (image * (batch + FurtherImages));
        if (needed <= room)
            return;
        double fits = Math.Floor((room - _weights) / image) - FurtherImages;
        throw new InsufficientMemoryException(
            FormattableString.Invariant(
                $"A step of {name} on {batch} images of {size} takes about {Gigabytes(needed)}, and {Gigabytes(room)} are left. "
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
