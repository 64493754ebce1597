using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// Mixes the images of batches by draws from (seed, epoch, batch). One batch at a time: the room for an image is its own.
/// </summary>
internal sealed class BatchMixer(Mixing mixing, ImageShape shape, int seed)
{
    private readonly float[] _spare = new float[shape.Values];

    /// <summary>Mixes a batch of HWC singles in place.</summary>
    /// <returns>What of each image is its own.</returns>
    internal double Mix(Span<float> images, int epoch, int batch)
    {
        BatchMixture mixture = Draw(epoch, batch);
        mixture.Apply(images, shape, _spare);
        return mixture.Share;
    }

    /// <summary>How a batch is mixed.</summary>
    internal BatchMixture Draw(int epoch, int batch)
    {
        SplitMix64 random = AugmentationPart.Mixing.Of(seed, epoch, batch);
        return BatchMixture.Draw(mixing, shape, ref random);
    }
}
