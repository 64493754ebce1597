namespace Padam.MLNet;

/// <summary>Bounds of a part of an image that is drawn by area and shape.</summary>
internal static class PartOfImage
{
    internal static IReadOnlyList<string> Faults(double smallestArea, double largestArea, double smallestRatio, double largestRatio)
    {
        List<string> faults = [];
        if (!(smallestArea > 0) || !(smallestArea <= largestArea))
            faults.Add($"SmallestArea is {smallestArea}; it must be above 0 and at most LargestArea, {largestArea}.");
        if (!(largestArea <= 1))
            faults.Add($"LargestArea is {largestArea}; it must be at most 1, the whole image.");
        if (!(smallestRatio > 0) || !(smallestRatio <= largestRatio))
            faults.Add($"SmallestRatio is {smallestRatio}; it must be above 0 and at most LargestRatio, {largestRatio}.");
        if (double.IsInfinity(largestRatio) || double.IsNaN(largestRatio))
            faults.Add($"LargestRatio is {largestRatio}; it must be a finite number.");
        return faults;
    }
}
