using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.Reproduce.Runs;

/// <summary>A model on test images: fractions, the mean cross entropy in nats, and how many images it was.</summary>
internal sealed record TestResult(double Accuracy, double Top5, double Loss, long Images)
{
    /// <summary>The mean over the classes of each one's accuracy.</summary>
    public double Macro { get; init; }

    /// <param name="mlContext">Measures.</param>
    /// <param name="scored">What the model made of the test images.</param>
    /// <param name="classes">Its classes.</param>
    public static TestResult OfScored(MLContext mlContext, IDataView scored, int classes)
    {
        MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(
            scored,
            topKPredictionCount: Math.Min(5, classes)
        );
        return new(metrics.MicroAccuracy, metrics.TopKAccuracy, metrics.LogLoss, scored.GetColumn<uint>("Label").LongCount())
        {
            Macro = metrics.MacroAccuracy,
        };
    }
}
