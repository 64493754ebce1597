using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>What each image of a set counts for in the loss: the example's weight times its class's.</summary>
internal static class RowWeights
{
    /// <summary>By row of the set; null where all count the same.</summary>
    /// <exception cref="InvalidDataException">No row counts for anything.</exception>
    internal static float[]? Of(ImageRows set, ClassWeights? ofClasses, int classes)
    {
        IReadOnlyList<float>? examples = set.Images.Weights;
        if (examples is null && ofClasses is null)
            return null;
        int[] images = new int[classes];
        foreach (int row in set.Rows)
            images[set.Images.Labels[row]]++;
        double[]? ofClass = ofClasses?.For(images);
        float[] weights = [.. set.Rows.Select(row => (float)((examples?[row] ?? 1.0) * (ofClass?[set.Images.Labels[row]] ?? 1)))];
        return Array.Exists(weights, weight => weight > 0)
            ? weights
            : throw new InvalidDataException($"All {set.Rows.Length} training rows have the weight 0; nothing would be learned.");
    }
}
