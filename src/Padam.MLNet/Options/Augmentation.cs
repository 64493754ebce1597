namespace Padam.MLNet;

/// <summary>
/// How training images are varied, anew in each epoch, drawn from the seed. Both recipes of the literature crop and flip (paper, section
/// 5).
/// </summary>
/// <param name="CropPadding">
/// Each image is moved by up to so many pixels in each direction, black flowing in: a random crop of the padded image. The default value is
/// 0.
/// </param>
/// <param name="Flip">Whether every second image, at random, is mirrored left to right. The default value is false.</param>
public sealed record Augmentation(int CropPadding = 0, bool Flip = false)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (CropPadding < 0)
            yield return $"CropPadding is {CropPadding}; it must be at least 0.";
    }
}
