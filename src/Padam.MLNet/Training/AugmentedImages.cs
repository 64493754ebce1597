using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>Images of a set, each placed by a draw from (seed, epoch, row) and normalised.</summary>
internal sealed class AugmentedImages(ImageRows set, PixelMap map, Augmentation augmentation, int seed) : IBatchInput
{
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
        return new(down, right, augmentation.Flip && random.Below(2) == 1);
    }
}
