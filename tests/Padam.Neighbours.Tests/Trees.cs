using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace Padam.Neighbours.Tests;

/// <summary>Microsoft.ML.LightGbm, which brings the system's OpenMP runtime into the process.</summary>
internal static class Trees
{
    internal static IEnumerable<string> Use()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView numbers = Numbers.Load(mlContext);
        var trainer = mlContext.MulticlassClassification.Trainers.LightGbm(
            new LightGbmMulticlassTrainer.Options
            {
                FeatureColumnName = nameof(Numbers.Values),
                NumberOfIterations = 5,
                NumberOfThreads = 2,
            }
        );
        MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(trainer.Fit(numbers).Transform(numbers));
        return [string.Create(CultureInfo.InvariantCulture, $"loss {metrics.LogLoss:R}")];
    }
}
