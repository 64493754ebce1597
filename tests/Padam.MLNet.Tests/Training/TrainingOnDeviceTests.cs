using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

/// <summary>Whole trainings the way of a device, on the CPU: batches made by tensor operators, losses read now and then.</summary>
[TestClass]
public sealed class TrainingOnDeviceTests
{
    private const int BatchSize = 5,
        Rows120 = 120 * BatchSize;

    private readonly MLContext _mlContext = new(seed: 1);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("plain")]
    [DataRow("crop and flip")]
    [DataRow("weights, accumulated, penalty, clipped")]
    [DataRow("mixed")]
    [DataRow("colours")]
    [DataRow("frozen")]
    public void It_reaches_the_losses_and_accuracies_of_the_vectorised_way(string what)
    {
        List<EpochMetrics> expected = Train(Options(what, onDevice: false), Rows.Of(203)),
            actual = Train(Options(what, onDevice: true), Rows.Of(203));

        Assert.HasCount(3, expected);
        double farthest = 0;
        foreach ((EpochMetrics one, EpochMetrics other) in expected.Zip(actual))
        {
            farthest = Math.Max(farthest, Math.Abs(one.Loss - other.Loss) / one.Loss);
            Assert.AreEqual(one.Loss, other.Loss, 1e-5 * one.Loss, what);
            Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 1e-5 * one.ValidationLoss.Value, what);
            Assert.AreEqual(
                (one.Accuracy, one.Top5Accuracy, one.MacroAccuracy, one.ValidationAccuracy),
                (other.Accuracy, other.Top5Accuracy, other.MacroAccuracy, other.ValidationAccuracy),
                what
            );
            CollectionAssert.AreEqual(one.NeverPredicted.ToArray(), other.NeverPredicted.ToArray(), what);
        }

        TestContext.WriteLine($"{what}: the losses differ by {farthest:0.#e0} of themselves at most");
    }

    [TestMethod]
    public void Losses_are_read_every_fifty_steps_and_at_the_end_of_the_epoch()
    {
        List<TrainingProgress> seen = [];
        ImageClassificationOptions options = Options("crop and flip", onDevice: true);
        (options.Epochs, options.ValidationFraction, options.ProgressCallback) = (1, 0, seen.Add);

        int reads = HostReading.CountOf(() => Fit(options, Rows.Of(Rows120)).Dispose());

        TestContext.WriteLine($"{seen.Count} batches, {reads} readings");
        Assert.HasCount(120, seen);
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 120).Select(batch => batch * BatchSize).ToArray(),
            seen.Select(progress => progress.Images).ToArray()
        );
        Assert.IsTrue(seen.Take(49).All(progress => double.IsNaN(progress.Loss)), "no loss was read yet");
        double[][] spans =
        [
            [.. Losses(49, 50)],
            [.. Losses(99, 20)],
            [.. Losses(119, 1)],
        ];
        foreach (double[] span in spans)
            Assert.HasCount(1, span.Distinct().ToArray());
        Assert.AreEqual(3, spans.SelectMany(span => span).Distinct().Count());
        // Three of losses and counts, one of the weights.
        Assert.AreEqual(4, reads);

        IEnumerable<double> Losses(int from, int count) => seen.Skip(from).Take(count).Select(progress => progress.Loss);
    }

    [TestMethod]
    public void Accumulated_batches_are_read_every_fifty_steps_of_the_optimizer()
    {
        ImageClassificationOptions options = Options("crop and flip", onDevice: true);
        (options.Epochs, options.ValidationFraction) = (2, 0);
        options.Compute = options.Compute with { AccumulateBatches = 2 };

        int reads = HostReading.CountOf(() => Fit(options, Rows.Of(Rows120)).Dispose());

        // After the 100th and the 120th batch, and the weights; in two epochs.
        Assert.AreEqual(6, reads);
    }

    [TestMethod]
    public void On_the_CPU_each_loss_is_read()
    {
        List<TrainingProgress> seen = [];
        ImageClassificationOptions options = Options("crop and flip", onDevice: false);
        (options.Epochs, options.ValidationFraction, options.ProgressCallback) = (1, 0, seen.Add);

        Fit(options, Rows.Of(100)).Dispose();

        Assert.HasCount(20, seen.Select(progress => progress.Loss).Distinct().ToArray());
    }

    [TestMethod]
    [DataRow(120, 50, DisplayName = "read in the midst of the epoch")]
    [DataRow(30, 30, DisplayName = "read at its end")]
    public void Divergence_names_the_last_batch_read(int batches, int read)
    {
        ImageClassificationOptions options = Options("plain", onDevice: true);
        (options.Optimizer, options.ValidationFraction) = (new SgdOptions { LearningRate = 1e18 }, 0);

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options, Rows.Of(batches * BatchSize)));

        Assert.AreEqual((1, read), (error.Epoch, error.Batch));
        StringAssert.Contains(error.Message, "loss");
    }

    [TestMethod]
    public void Cancelled_with_broken_weights_it_leaves_the_good_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        byte[]? good = null;
        ImageClassificationOptions options = Options("plain", onDevice: true);
        (options.Schedule, options.ValidationFraction) = (Schedule.MultiStep([1], gamma: 1e300), 0);
        (options.CheckpointFolder, options.CancellationToken) = (folder["checkpoint"], source.Token);
        options.ProgressCallback = progress =>
        {
            if (progress is not { Epoch: 2, Images: 3 * BatchSize })
                return;
            good = System.IO.File.ReadAllBytes(folder["checkpoint/checkpoint.zip"]);
            source.Cancel();
        };

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options, Rows.Of(100)));

        Assert.AreEqual((2, 3), (error.Epoch, error.Batch), "what was not read yet is read before anything is kept");
        CollectionAssert.AreEqual(good, System.IO.File.ReadAllBytes(folder["checkpoint/checkpoint.zip"]));
    }

    [TestMethod]
    public void The_range_test_follows_each_batch()
    {
        LearningRateCurve expected = Curve(onDevice: false),
            actual = Curve(onDevice: true);

        CollectionAssert.AreEqual(expected.Rates.ToArray(), actual.Rates.ToArray());
        foreach ((double one, double other) in expected.Losses.Zip(actual.Losses))
            Assert.AreEqual(one, other, 1e-4 * one);

        LearningRateCurve Curve(bool onDevice)
        {
            ImageClassificationOptions options = Options("crop and flip", onDevice);
            return _mlContext.Padam().FindLearningRate(options, Rows.View(_mlContext, Rows.Of(60)), 1e-4, 1e-2, steps: 20);
        }
    }

    internal static ImageClassificationOptions Options(string what, bool onDevice)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 3);
        (options.Backbone, options.BatchSize) = (TinyImages.Backbone, BatchSize);
        options.Optimizer = new SgdOptions { LearningRate = 0.02, Momentum = 0.9 };
        (options.ValidationFraction, options.Compute) = (0.1, new() { AsOnDevice = onDevice });
        switch (what)
        {
            case "crop and flip":
                options.Augmentation = new(3, Flip: true);
                break;
            case "weights, accumulated, penalty, clipped":
                options.Loss = new() { ClassWeights = ClassWeights.Balanced, LabelSmoothing = 0.1 };
                options.Compute = options.Compute with { AccumulateBatches = 3, DropPartBatch = true };
                (options.KernelL2, options.GradientClipNorm) = (1e-3, 0.5);
                break;
            case "mixed":
                options.Augmentation = new(2) { Erasing = new(), Mixing = new(0.4, 1) };
                break;
            case "colours":
                options.Augmentation = new() { ResizedCrop = new(0.5), Color = new(0.3, 0.3, 0.3) };
                break;
            case "frozen":
                (options.Backbone, options.FrozenLayers) = (Backbone.Parse("vgg-small"), ["features"]);
                break;
        }

        return options;
    }

    private List<EpochMetrics> Train(ImageClassificationOptions options, IEnumerable<Row<uint, byte[]>> rows)
    {
        List<EpochMetrics> epochs = [];
        options.MetricsCallback = epochs.Add;
        Fit(options, rows).Dispose();
        return epochs;
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options, IEnumerable<Row<uint, byte[]>> rows) =>
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, rows));
}
