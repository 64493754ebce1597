using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// Images of a set, each varied by draws from (seed, epoch, row) and normalised. One at a time: two threads need two of these.
/// </summary>
internal sealed class AugmentedImages(ImageRows set, PixelMap map, Augmentation augmentation, int seed) : IBatchInput
{
    // A stream of random numbers that must not meet those of the epochs, which count from 0, nor the validation split's.
    private const long FlipStream = -2;

    private readonly VariedBytes? _varied = VariedBytes.AreIn(augmentation) ? new(set.Images.Shape, augmentation, seed) : null;

    public int Count => set.Rows.Length;

    public long[] Shape { get; } = [set.Images.Shape.Height, set.Images.Shape.Width, ImageShape.Channels];

    public int Label(int row) => set.Images.Labels[set.Rows[row]];

    public void Write(int row, int epoch, Span<float> numbers)
    {
        int image = set.Rows[row];
        Placement placement = Place(epoch, image);
        if (_varied is null)
            set.Images.Write(image, placement, map, numbers);
        else
            Placement.Unmoved.Write(_varied.Of(set.Images.Bytes(image), placement, epoch, image), set.Images.Shape, map.Bytes, numbers);
        Erase(epoch, image, numbers);
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

    private void Erase(int epoch, int image, Span<float> numbers)
    {
        if (augmentation.Erasing is { } erasing)
        {
            SplitMix64 random = AugmentationPart.Erasing.Of(seed, epoch, image);
            PixelBox.Draw(erasing, set.Images.Shape, ref random)?.Clear(numbers, set.Images.Shape);
        }

        if (augmentation.Cutout is { } cutout)
        {
            SplitMix64 random = AugmentationPart.Cutout.Of(seed, epoch, image);
            PixelBox.Draw(cutout, set.Images.Shape, ref random).Clear(numbers, set.Images.Shape);
        }
    }
}
