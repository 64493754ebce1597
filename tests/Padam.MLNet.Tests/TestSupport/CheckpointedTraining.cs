using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests;

/// <summary>A training of four epochs that leaves checkpoints in a folder of its own and goes on from them.</summary>
internal sealed class CheckpointedTraining : IDisposable
{
    internal CheckpointedTraining() => (Train, Test) = TinyImages.Load(MLContext, Folder["data"]);

    internal MLContext MLContext { get; } = new(seed: 1);

    internal TemporaryFolder Folder { get; } = new();

    internal IDataView Train { get; }

    internal IDataView Test { get; }

    public void Dispose() => Folder.Dispose();

    internal ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        MLContext.Padam().ImageClassifier(options).Fit(Train);

    /// <param name="optimizer">By its name.</param>
    /// <param name="seen">Takes a line of numbers for each epoch.</param>
    internal ImageClassificationOptions Options(string optimizer, List<string> seen)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        options.Optimizer = OptimizerOptionsBase.Parse(optimizer);
        options.Augmentation = new(CropPadding: 2, Flip: true);
        options.Schedule = MLNet.Schedules.Schedule.Cosine(unit: MLNet.Schedules.ScheduleUnit.Step);
        options.ValidationSet = Test;
        options.RestoreBestWeights = true;
        options.CheckpointFolder = Folder["checkpoint"];
        options.Resume = true;
        options.MetricsCallback = metrics =>
            seen.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metrics.Epoch} {metrics.Loss:R} {metrics.Accuracy:R} {metrics.MacroAccuracy:R} {metrics.ValidationLoss:R} "
                        + $"{metrics.ValidationAccuracy:R} {metrics.ValidationMacroAccuracy:R} {metrics.LearningRate:R}"
                )
            );
        return options;
    }

    /// <summary>The bytes of the model's weights.</summary>
    internal byte[] Weights(ImageClassificationTransformer model)
    {
        string file = Folder[$"{Guid.NewGuid():N}.safetensors"];
        model.SaveWeights(file, WeightsFormat.Safetensors);
        return File.ReadAllBytes(file);
    }
}
