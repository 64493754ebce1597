namespace Padam.MLNet;

/// <summary>
/// A part of the image, drawn by area and shape, brought back to the image's size (Szegedy et al., arXiv 1409.4842; torchvision's
/// <c>RandomResizedCrop</c>: up to ten draws until a part fits into the image, else the largest in its middle whose shape is allowed;
/// bilinear).
/// </summary>
/// <param name="SmallestArea">The least part of the image's area, above 0. The default value is 0.08.</param>
/// <param name="LargestArea">The largest, at most 1. The default value is 1.</param>
/// <param name="SmallestRatio">The least width by height of the part, above 0; drawn by its logarithm. The default value is 3/4.</param>
/// <param name="LargestRatio">The largest. The default value is 4/3.</param>
public sealed record ResizedCrop(
    double SmallestArea = 0.08,
    double LargestArea = 1,
    double SmallestRatio = 3.0 / 4,
    double LargestRatio = 4.0 / 3
)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate() => PartOfImage.Faults(SmallestArea, LargestArea, SmallestRatio, LargestRatio);
}
