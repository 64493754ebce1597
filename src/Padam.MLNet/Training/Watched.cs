namespace Padam.MLNet.Training;

/// <summary>The metric of the validation set that something watches.</summary>
internal static class Watched
{
    /// <summary>Its name in messages.</summary>
    internal static string Name(this ValidationMetric metric) =>
        metric switch
        {
            ValidationMetric.Loss => "loss",
            ValidationMetric.Accuracy => "accuracy",
            ValidationMetric.MacroAccuracy => "macro accuracy",
            ValidationMetric.MacroF1 => "macro F1",
            _ => "log loss",
        };

    /// <summary>Its value after an epoch with a validation set.</summary>
    internal static double Of(this ValidationMetric metric, EpochMetrics metrics) =>
        metric switch
        {
            ValidationMetric.Loss => metrics.ValidationLoss,
            ValidationMetric.Accuracy => metrics.ValidationAccuracy,
            ValidationMetric.MacroAccuracy => metrics.ValidationMacroAccuracy,
            ValidationMetric.MacroF1 => metrics.ValidationMacroF1,
            _ => metrics.ValidationLogLoss,
        } ?? throw new ArgumentException("There was no validation set.", nameof(metrics));

    /// <summary>By how much <paramref name="to"/> is better than <paramref name="from"/>.</summary>
    internal static double Improvement(this ValidationMetric metric, double from, double to) =>
        metric is ValidationMetric.Loss or ValidationMetric.LogLoss ? from - to : to - from;
}
