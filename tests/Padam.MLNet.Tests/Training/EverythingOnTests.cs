using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests.Training;

/// <summary>Resuming with every trick switched on that goes with the others.</summary>
[TestClass]
public sealed class EverythingOnTests
{
    private const int Epochs = 4,
        Count = 90;
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly WeightedRow[] _rows =
    [
        .. Rows.Of(Count)
            .Select(
                (row, i) =>
                    new WeightedRow
                    {
                        Label = row.Label,
                        Features = row.Features,
                        Weight = i % 7 == 6 ? 0 : 0.5f + (i % 3),
                    }
            ),
    ];

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(true, DisplayName = "a padded crop, Lookahead")]
    [DataRow(false, DisplayName = "a resized crop, an average, the best epoch kept")]
    public void A_training_cancelled_in_mid_epoch_and_resumed_ends_with_the_same_bytes_and_metrics(bool padded)
    {
        List<string> straight = [],
            resumed = [];
        ImageClassificationOptions uninterrupted = Options(padded, straight);
        (uninterrupted.CheckpointFolder, uninterrupted.Resume) = (null, false);
        string expected = TinyImages.TrainedHash(_mlContext, uninterrupted, View());

        // Two batches are a step; each of these is in another epoch.
        foreach (int batch in new[] { 3, 8, 24, 12 })
        {
            ImageClassificationOptions options = Options(padded, resumed);
            using var source = new CancellationTokenSource();
            int batches = 0;
            options.CancellationToken = source.Token;
            options.ProgressCallback = _ =>
            {
                if (++batches == batch)
                    source.Cancel();
            };
            Assert.ThrowsExactly<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(View()));
        }

        Assert.AreEqual(expected, TinyImages.TrainedHash(_mlContext, Options(padded, resumed), View()));
        CollectionAssert.AreEqual(straight, resumed);
        Assert.HasCount(Epochs, straight);
    }

    private ImageClassificationOptions Options(bool padded, List<string> seen)
    {
        ImageClassificationOptions options = TinyImages.Options(Epochs);
        options.Optimizer = new AdamWOptions
        {
            LearningRate = 0.01,
            Rules =
            [
                ParameterRule.NoDecayOnBiasesAndNormalization,
                ParameterRule.LayerDecay(0.8),
                ParameterRule.For("conv.bias", epochs: 2),
            ],
        };
        (options.BatchSize, options.Compute) = (4, new() { AccumulateBatches = 2 });
        options.ExampleWeightColumnName = "Weight";
        options.Loss = new() { ClassWeights = ClassWeights.Balanced, LabelSmoothing = 0.1 };
        (options.GradientClipNorm, options.KernelL2, options.OptimizerRestartEpochs) = (1, 1e-4, 3);
        options.Schedule = MLNet.Schedules.Schedule.Cosine(unit: MLNet.Schedules.ScheduleUnit.Step).WithWarmup(0.5);
        options.ReduceOnPlateau = new(Patience: 1, MinimumImprovement: 10);
        options.ValidationFraction = 0.2;
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
        }
        else
        {
            options.Augmentation = varied with { ResizedCrop = new(0.3) };
            (options.Averaging, options.RestoreBestWeights) = (new WeightAverage(0.9), true);
        }

        (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
        options.MetricsCallback = metrics =>
            seen.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metrics.Epoch} {metrics.Loss:R} {metrics.Accuracy:R} {metrics.MacroAccuracy:R} {metrics.ValidationLoss:R} "
                        + $"{metrics.ValidationAccuracy:R} {metrics.LearningRate:R}"
                )
            );
        return options;
    }

    private IDataView View()
    {
        var schema = SchemaDefinition.Create(typeof(WeightedRow));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 10);
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, 32, 32);
        return _mlContext.Data.LoadFromEnumerable(_rows, schema);
    }

    private sealed class WeightedRow
    {
        public uint Label { get; set; }

        public byte[] Features { get; set; } = [];

        public float Weight { get; set; }
    }
}
