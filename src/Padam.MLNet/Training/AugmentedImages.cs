using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>Images of a set, each placed by a draw from (seed, epoch, row) and normalised.</summary>
internal sealed class AugmentedImages(ImageRows set, PixelMap map, Augmentation augmentation, int seed) : IBatchInput
{
    // A stream of random numbers that must not meet those of the epochs, which count from 0, nor the validation split's.
    private const long FlipStream = -2;

    public int Count => set.Rows.Length;

    public long[] Shape { get; } = [set.Images.Shape.Height, set.Images.Shape.Width, ImageShape.Channels];

    public int Label(int row) => set.Images.Labels[set.Rows[row]];

    public void Write(int row, int epoch, Span<float> numbers)
    {
        int image = set.Rows[row];
        set.Images.Write(image, Place(epoch, image), map, numbers);
    }

    private Placement Place(int epoch, int image)
    {
        var random = SplitMix64.Stream(seed, epoch, image + 1L);
        int padding = augmentation.CropPadding;
        int down = random.Below((2 * padding) + 1) - padding,
            right = random.Below((2 * padding) + 1) - padding;
        return new(down, right, Mirrored(epoch, image, ref random), augmentation.ReflectedPadding);
    }

    private bool Mirrored(int epoch, int image, ref SplitMix64 random)
    {
        if (!augmentation.Flip)
            return false;
        if (!augmentation.AlternatingFlip)
            return random.Below(2) == 1;
        bool inFirstEpoch = SplitMix64.Stream(seed, FlipStream, image + 1L).Below(2) == 1;
        return inFirstEpoch == (epoch % 2 == 1);
    }
}
