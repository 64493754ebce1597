using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>A model on test images: fractions, the mean cross entropy in nats, and how many images it was.</summary>
internal sealed record TestResult(double Accuracy, double Top5, double Loss, long Images)
{
    /// <summary>The mean over the classes of each one's accuracy.</summary>
    public double Macro { get; init; }

    public static TestResult Of(MLContext mlContext, ImageClassificationTransformer model, IDataView test)
    {
        MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(
            model.Transform(test),
            topKPredictionCount: Math.Min(5, model.Classes)
        );
        return new(metrics.MicroAccuracy, metrics.TopKAccuracy, metrics.LogLoss, test.GetColumn<uint>("Label").LongCount())
        {
            Macro = metrics.MacroAccuracy,
        };
    }
}
