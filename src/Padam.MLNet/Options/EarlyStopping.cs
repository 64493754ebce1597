namespace Padam.MLNet;

/// <summary>The metric of the validation set that says which epoch was best.</summary>
public enum ValidationMetric
{
    /// <summary>
    /// Mean cross entropy in nats, <see cref="ImageClassificationOptions.KernelL2"/>'s penalty included; lower is better.
    /// </summary>
    Loss,

    /// <summary>The fraction of images whose most probable class is right; higher is better.</summary>
    Accuracy,

    /// <summary>The mean over classes of the fraction of their images that was found; higher is better.</summary>
    MacroAccuracy,

    /// <summary>The mean over classes of the harmonic mean of precision and recall; higher is better.</summary>
    MacroF1,

    /// <summary>Mean cross entropy in nats alone, as ML.NET's LogLoss; lower is better.</summary>
    LogLoss,
}

/// <summary>Stops a training that no longer improves on its validation set.</summary>
/// <param name="Metric">What is watched. The default value is the loss.</param>
/// <param name="Patience">How many epochs in a row may pass without improvement. The default value is 10.</param>
/// <param name="MinimumImprovement">By how much the metric must better its best to count, in its own unit. The default value is 0.</param>
public sealed record EarlyStopping(ValidationMetric Metric = ValidationMetric.Loss, int Patience = 10, double MinimumImprovement = 0)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Metric))
            yield return $"Metric is {Metric}; it must be {string.Join(", ", Enum.GetNames<ValidationMetric>())}.";
        if (Patience < 1)
            yield return $"Patience is {Patience}; it must be at least 1.";
        if (!(MinimumImprovement >= 0) || double.IsInfinity(MinimumImprovement))
            yield return $"MinimumImprovement is {MinimumImprovement}; it must be a number of at least 0.";
    }
}
