using System.Globalization;

namespace Padam.MLNet.Training;

/// <summary>An epoch as a line of the log.</summary>
internal static class EpochLine
{
    internal static string Of(EpochMetrics metrics)
    {
        List<string> parts =
        [
            Text($"loss {metrics.Loss:0.0000}"),
            Text($"accuracy {metrics.Accuracy:0.0000} (macro {metrics.MacroAccuracy:0.0000})"),
        ];
        if (metrics.ValidationLoss is { } loss)
        {
            parts.Add(Text($"validation loss {loss:0.0000}"));
            parts.Add(Text($"accuracy {metrics.ValidationAccuracy:0.0000} (macro {metrics.ValidationMacroAccuracy:0.0000})"));
        }

        parts.Add(Text($"learning rate {metrics.LearningRate:0.######}"));
        if (metrics.Partial is { } partial)
            parts.Add(Text($"p {partial:0.######}"));
        parts.Add(Text($"{metrics.ImagesPerSecond:0} images/s"));
        return Text($"Epoch {metrics.Epoch}/{metrics.Epochs}: {string.Join(", ", parts)}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
