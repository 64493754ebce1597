namespace Padam.MLNet;

/// <summary>
/// A rectangle, drawn by area and shape, takes the normalisation's mean colour, the network's 0 (Zhong et al., arXiv 1708.04896;
/// torchvision's <c>RandomErasing</c>: up to ten draws until one is smaller than the image both ways, else none).
/// </summary>
/// <param name="Probability">How often, above 0 and at most 1. The default value is 0.5.</param>
/// <param name="SmallestArea">The least part of the image's area, above 0. The default value is 0.02.</param>
/// <param name="LargestArea">The largest, at most 1. The default value is 0.33.</param>
/// <param name="SmallestRatio">The least height by width, above 0; drawn by its logarithm. The default value is 0.3.</param>
/// <param name="LargestRatio">The largest. The default value is 3.3.</param>
public sealed record RandomErasing(
    double Probability = 0.5,
    double SmallestArea = 0.02,
    double LargestArea = 0.33,
    double SmallestRatio = 0.3,
    double LargestRatio = 3.3
)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!(Probability is > 0 and <= 1))
            yield return $"Probability is {Probability}; it must be above 0 and at most 1.";
        foreach (string fault in PartOfImage.Faults(SmallestArea, LargestArea, SmallestRatio, LargestRatio))
            yield return fault;
    }
}
