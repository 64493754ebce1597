namespace Padam.MLNet;

/// <summary>
/// Lowers the learning rate when the validation set shows no more improvement, as Keras's callback of this name and torch's
/// <c>ReduceLROnPlateau</c> do; it multiplies what <see cref="ImageClassificationOptions.Schedule"/> says.
/// </summary>
/// <param name="Metric">What is watched. The default value is the loss.</param>
/// <param name="Factor">What the rate is multiplied by, above 0 and below 1. The default value is 0.1.</param>
/// <param name="Patience">
/// After how many epochs in a row without improvement the rate falls, as Keras counts (torch's <c>patience</c> is one less); then the count
/// starts anew. The default value is 5.
/// </param>
/// <param name="MinimumImprovement">By how much the metric must better its best to count, in its own unit. The default value is 0.</param>
public sealed record ReduceOnPlateau(
    ValidationMetric Metric = ValidationMetric.Loss,
    double Factor = 0.1,
    int Patience = 5,
    double MinimumImprovement = 0
)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Metric))
            yield return $"Metric is {Metric}; it must be {string.Join(", ", Enum.GetNames<ValidationMetric>())}.";
        if (!(Factor is > 0 and < 1))
            yield return $"Factor is {Factor}; it must be above 0 and below 1.";
        if (Patience < 1)
            yield return $"Patience is {Patience}; it must be at least 1.";
        if (!(MinimumImprovement >= 0) || double.IsInfinity(MinimumImprovement))
            yield return $"MinimumImprovement is {MinimumImprovement}; it must be a number of at least 0.";
    }
}
