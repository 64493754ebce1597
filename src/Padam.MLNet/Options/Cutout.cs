namespace Padam.MLNet;

/// <summary>
/// A square about a pixel drawn anywhere takes the normalisation's mean colour, the network's 0; what of it is beyond the edge is lost
/// (DeVries and Taylor, arXiv 1708.04552: 16 pixels for CIFAR-10, 8 for CIFAR-100, each beside crop and flip).
/// </summary>
/// <param name="Size">The square's side in pixels, at least 1 and at most the image's shorter side. The default value is 8.</param>
public sealed record Cutout(int Size = 8)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (Size < 1)
            yield return $"Size is {Size}; it must be at least 1 pixel.";
    }
}
