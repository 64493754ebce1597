using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// Images of a set, each varied by draws from (seed, epoch, row) and normalised. One at a time: two threads need two of these.
/// </summary>
internal sealed class AugmentedImages(ImageRows set, PixelMap map, Augmentation augmentation, int seed) : IBatchInput
{
    private readonly VariedBytes? _varied = VariedBytes.AreIn(augmentation) ? new(set.Images.Shape) : null;

    public int Count => set.Rows.Length;

    public long[] Shape { get; } = [set.Images.Shape.Height, set.Images.Shape.Width, ImageShape.Channels];

    internal LabeledImages Images => set.Images;

    internal PixelMap Map => map;

    internal Augmentation Augmentation => augmentation;

    public int Label(int row) => set.Images.Labels[set.Rows[row]];

    public void Write(int row, int epoch, Span<float> numbers)
    {
        int image = set.Rows[row];
        ImageVariation drawn = Draw(row, epoch);
        if (_varied is null)
            set.Images.Write(image, drawn.Placement, map, numbers);
        else
            Placement.Unmoved.Write(_varied.Of(set.Images.Bytes(image), drawn), set.Images.Shape, map.Bytes, numbers);
        drawn.Erased?.Clear(numbers, set.Images.Shape);
        drawn.CutOut?.Clear(numbers, set.Images.Shape);
    }

    /// <summary>Copies a row's image as it is stored, and says how it is varied in an epoch.</summary>
    internal ImageVariation CopyStored(int row, int epoch, Span<byte> target)
    {
        set.Images.CopyStored(set.Rows[row], target);
        return Draw(row, epoch);
    }

    private ImageVariation Draw(int row, int epoch) => ImageVariation.Draw(augmentation, set.Images.Shape, seed, epoch, set.Rows[row]);
}
