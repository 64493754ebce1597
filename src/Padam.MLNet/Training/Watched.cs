namespace Padam.MLNet.Training;

/// <summary>The metric of the validation set that something watches.</summary>
internal static class Watched
{
    /// <summary>Its name in messages.</summary>
    internal static string Name(this ValidationMetric metric) => metric == ValidationMetric.Loss ? "loss" : "accuracy";

    /// <summary>Its value after an epoch.</summary>
    internal static double Of(this ValidationMetric metric, EpochMetrics metrics) =>
        (metric == ValidationMetric.Loss ? metrics.ValidationLoss : metrics.ValidationAccuracy)!.Value;

    /// <summary>By how much <paramref name="to"/> is better than <paramref name="from"/>.</summary>
    internal static double Improvement(this ValidationMetric metric, double from, double to) =>
        metric == ValidationMetric.Loss ? from - to : to - from;
}
