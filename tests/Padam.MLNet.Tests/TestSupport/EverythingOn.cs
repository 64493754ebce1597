using Microsoft.ML;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests;

/// <summary>A training of fractions of a second with every trick switched on that goes with the others.</summary>
internal static class EverythingOn
{
    private const int Count = 92;

    /// <param name="padded">
    /// A padded crop, Lookahead, and Padam with a p that falls; else a resized crop, an average, AdamW, and the best epoch kept.
    /// </param>
    /// <param name="checkpoints">Where it goes on from, and saves; null for nowhere.</param>
    /// <param name="epochs">How long it is.</param>
    internal static ImageClassificationOptions Options(bool padded, string? checkpoints, int epochs)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        ParameterRule[] rules =
        [
            ParameterRule.NoDecayOnBiasesAndNormalization,
            ParameterRule.LayerDecay(0.8),
            ParameterRule.For("conv.bias", epochs: 2),
        ];
        // 74 of the images are trained on: 18 batches an epoch, and two images are left out.
        (options.BatchSize, options.Compute) = (4, new() { AccumulateBatches = 2, DropPartBatch = true });
        options.ExampleWeightColumnName = "Weight";
        options.Loss = new() { ClassWeights = ClassWeights.Balanced, LabelSmoothing = 0.1 };
        (options.GradientClipNorm, options.KernelL2, options.OptimizerRestartEpochs) = (1, 1e-4, 3);
        options.Schedule = Schedule.Cosine(unit: ScheduleUnit.Step).WithWarmup(0.5);
        options.ReduceOnPlateau = new(Patience: 1, MinimumImprovement: 10);
        options.ValidationFraction = 0.2;
        // Its count of epochs without improvement is part of a checkpoint; it ends none of these trainings.
        options.EarlyStopping = new(ValidationMetric.MacroF1, Patience: 100);
        options.Inference = new() { BatchSize = 16, TestTimeAugmentation = TestTimeAugmentation.MirrorAndShift };
        var varied = new Augmentation(Flip: true)
        {
            AlternatingFlip = true,
            Color = new(0.4, 0.4, 0.4),
            TrivialAugment = true,
            Erasing = new(),
            Cutout = new(),
            Mixing = new(Mixup: 0.4, CutMix: 1),
        };
        if (padded)
        {
            options.Augmentation = varied with { CropPadding = 3, ReflectedPadding = true };
            options.Averaging = new Lookahead(3, Decay: 0.6, Power: 1);
            options.Optimizer = new PadamOptions { LearningRate = 0.01, Rules = rules };
            options.PartialSchedule = Schedule.Linear(1, 0.5, ScheduleUnit.Step);
        }
        else
        {
            options.Augmentation = varied with { ResizedCrop = new(0.3) };
            options.Optimizer = new AdamWOptions { LearningRate = 0.01, Rules = rules };
            (options.Averaging, options.RestoreBestWeights) = (new WeightAverage(0.9), true);
        }

        (options.CheckpointFolder, options.Resume) = (checkpoints, checkpoints is not null);
        return options;
    }

    /// <summary>Its images, with weights.</summary>
    internal static IDataView View(MLContext mlContext)
    {
        WeightedRow[] rows =
        [
            .. TinyImages
                .Records(Count, classes: 10, seed: 1)
                .Chunk(1 + TinyImages.Bytes)
                .Select(
                    (record, i) =>
                        new WeightedRow
                        {
                            Label = record[0],
                            Features = record[1..],
                            Weight = i % 7 == 6 ? 0 : 0.5f + (i % 3),
                        }
                ),
        ];
        return WeightedRow.View(mlContext, rows, classes: 10);
    }
}
