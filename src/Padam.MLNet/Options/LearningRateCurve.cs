namespace Padam.MLNet;

/// <summary>
/// How the loss moved while the learning rate rose from step to step: the range test of Smith, "Cyclical Learning Rates for Training Neural
/// Networks" (arXiv 1506.01186, section 3.3). Made by
/// <see cref="PadamCatalog.FindLearningRate(ImageClassificationOptions, Microsoft.ML.IDataView, double, double, int)"/>.
/// </summary>
/// <param name="Rates">
/// The rate of each step, each larger than the one before by the same factor; none where the loss was no number from the first step on.
/// Steps before the first image that counts for anything are left out, as they have no loss.
/// </param>
/// <param name="Losses">
/// The loss of each step, a mean over those before it in which each counts for 0.9 of the next one; steps whose images count for nothing
/// leave it as it was.
/// </param>
public sealed record LearningRateCurve(IReadOnlyList<double> Rates, IReadOnlyList<double> Losses)
{
    /// <summary>
    /// Where the loss fell most steeply, by the logarithm of the rate: a rate to begin with. Null where it never fell, and where there
    /// is no step.
    /// </summary>
    public double? Suggestion
    {
        get
        {
            if (Losses.Count == 0)
                return null;
            int lowest = Enumerable.Range(0, Losses.Count).MinBy(i => Losses[i]);
            int[] falling = [.. Enumerable.Range(1, Math.Max(0, lowest - 1)).Where(i => Slope(i) < 0)];
            return falling.Length == 0 ? null : Rates[falling.MinBy(Slope)];
        }
    }

    // Steps lie evenly on the logarithmic scale.
    private double Slope(int i) => Losses[i + 1] - Losses[i - 1];
}
