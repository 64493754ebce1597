namespace Padam.MLNet.Training;

/// <summary>An epoch as a line of the log.</summary>
internal static class EpochLine
{
    internal static string Of(EpochMetrics metrics)
    {
        string validation = metrics.ValidationLoss is null
            ? ""
            : FormattableString.Invariant(
                $", validation loss {metrics.ValidationLoss:0.0000}, accuracy {metrics.ValidationAccuracy:0.0000} (macro {metrics.ValidationMacroAccuracy:0.0000})"
            );
        string partial = metrics.Partial is null ? "" : FormattableString.Invariant($", p {metrics.Partial:0.######}");
        return FormattableString.Invariant(
            $"Epoch {metrics.Epoch}/{metrics.Epochs}: loss {metrics.Loss:0.0000}, accuracy {metrics.Accuracy:0.0000} (macro {metrics.MacroAccuracy:0.0000}){validation}, learning rate {metrics.LearningRate:0.######}{partial}, {metrics.ImagesPerSecond:0} images/s"
        );
    }
}
