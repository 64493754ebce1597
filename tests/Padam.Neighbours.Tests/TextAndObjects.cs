using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.TorchSharp;
using static TorchSharp.torch;

namespace Padam.Neighbours.Tests;

/// <summary>
/// Microsoft.ML.TorchSharp: its trainers constructed (their Fit downloads weights), its evaluator used, and the TorchSharp that it shares.
/// </summary>
internal static class TextAndObjects
{
    internal static IEnumerable<string> Use()
    {
        var mlContext = new MLContext(seed: 1);
        var trainers = mlContext.MulticlassClassification.Trainers;
        object[] constructed =
        [
            trainers.TextClassification(),
            trainers.ObjectDetection(),
            trainers.NamedEntityRecognition(),
            trainers.QuestionAnswer(),
            mlContext.Regression.Trainers.SentenceSimilarity(),
        ];

        IDataView found = mlContext.Data.LoadFromEnumerable([new Detection()]);
        var metrics = mlContext.MulticlassClassification.EvaluateObjectDetection(
            found,
            found.Schema[nameof(Detection.Label)],
            found.Schema[nameof(Detection.Boxes)],
            found.Schema[nameof(Detection.PredictedLabel)],
            found.Schema[nameof(Detection.PredictedBoxes)],
            found.Schema[nameof(Detection.Score)]
        );

        using Tensor matrix = ones(64, 64);
        using Tensor product = matrix.matmul(matrix);
        using Tensor sum = product.sum();
        return
        [
            $"trainers {string.Join(' ', constructed.Select(trainer => trainer.GetType().Name))}",
            string.Create(CultureInfo.InvariantCulture, $"MAP50 {metrics.MAP50}"),
            string.Create(CultureInfo.InvariantCulture, $"sum {sum.item<float>()}"),
        ];
    }

    // The evaluator reads the third and the seventh column, whatever it is told.
    private sealed class Detection
    {
        public string[] PredictedLabel { get; set; } = ["cat"];

        public float[] PredictedBoxes { get; set; } = [10, 10, 50, 50];

        public string[] Label { get; set; } = ["cat"];

        public float[] Score { get; set; } = [0.9f];

        public float Height { get; set; } = 100;

        public float Width { get; set; } = 100;

        public float[] Boxes { get; set; } = [10, 10, 50, 50];
    }
}
