namespace Padam.MLNet.Training;

/// <summary>How often each class was shown, found and answered in a pass.</summary>
/// <param name="Images">Images of the class.</param>
/// <param name="Right">Those of them for which it was the answer.</param>
/// <param name="Predicted">Images, of any class, for which it was the answer.</param>
internal sealed record ClassCounts(int[] Images, int[] Right, int[] Predicted)
{
    internal ClassCounts(int classes)
        : this(new int[classes], new int[classes], new int[classes]) { }

    /// <summary>
    /// The mean, over the classes that were shown, of the part of their images that was found; as ML.NET's MacroAccuracy.
    /// </summary>
    internal double MacroAccuracy => Shown.Average(c => (double)Right[c] / Images[c]);

    /// <summary>
    /// The mean, over the classes that were shown or answered, of 2 right / (shown + answered), the harmonic mean of precision and recall;
    /// as scikit-learn's <c>f1_score(average="macro")</c>.
    /// </summary>
    internal double MacroF1 =>
        Enumerable
            .Range(0, Images.Length)
            .Where(c => Images[c] + Predicted[c] > 0)
            .Average(c => 2.0 * Right[c] / (Images[c] + Predicted[c]));

    /// <summary>Classes that were shown and never were the answer.</summary>
    internal IReadOnlyList<int> NeverPredicted => [.. Shown.Where(c => Predicted[c] == 0)];

    private IEnumerable<int> Shown => Enumerable.Range(0, Images.Length).Where(c => Images[c] > 0);

    /// <param name="label">The class that was shown.</param>
    /// <param name="answer">The key of the answer; 0 for none.</param>
    /// <param name="right">Whether it counts as found.</param>
    internal void Add(int label, uint answer, bool right)
    {
        Images[label]++;
        if (answer > 0)
            Predicted[answer - 1]++;
        if (right)
            Right[label]++;
    }
}
