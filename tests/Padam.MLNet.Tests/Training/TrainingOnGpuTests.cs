using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Tests.Optimizers;

namespace Padam.MLNet.Tests.Training;

/// <summary>Whole trainings on a GPU beside the same on the CPU.</summary>
[TestClass]
[DoNotParallelize] // libtorch's switches are the process's.
public sealed class TrainingOnGpuTests : BesideTheCpu
{
    public static IEnumerable<OptimizerOptionsBase> Everyone => OptimizerContractTests.Everyone;

    [TestMethod]
    [DataRow("plain")]
    [DataRow("crop and flip")]
    [DataRow("weights, accumulated, penalty, clipped")]
    [DataRow("mixed")]
    [DataRow("colours")]
    [DataRow("frozen")]
    public void It_reaches_the_losses_of_the_CPU(string what)
    {
        List<EpochMetrics> expected = Trained(OnCpu, TrainingOnDeviceTests.Options(what, onDevice: false)),
            actual = Trained(OnGpu, TrainingOnDeviceTests.Options(what, onDevice: false));

        AreClose(expected, actual, tolerance: 1e-3);
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Every_optimizer_takes_the_CPUs_steps(OptimizerOptionsBase optimizer)
    {
        ImageClassificationOptions options = TrainingOnDeviceTests.Options("plain", onDevice: false);
        options.Optimizer = optimizer;

        AreClose(Trained(OnCpu, options), Trained(OnGpu, options), tolerance: 1e-3);
    }

    [TestMethod]
    [DataRow(Precision.TF32, 2)]
    [DataRow(Precision.BFloat16, 4)]
    public void In_less_precision_the_losses_are_those_of_float32_to_its_rounding(Precision precision, double units)
    {
        LayersNetwork.Register();
        ImageClassificationOptions options = TrainingOnDeviceTests.Options("plain", onDevice: false);
        options.Backbone = Backbone.Parse(LayersNetwork.Name);
        List<EpochMetrics> exact = Trained(OnGpu, options);
        options.Compute = options.Compute with { Precision = precision };
        List<EpochMetrics> rounded = Trained(OnGpu, options);

        AreClose(exact, rounded, units / 256);
        Assert.AreNotEqual(exact[^1].Loss, rounded[^1].Loss, "it was rounded");
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, false)]
    [DataRow(true, true, DisplayName = "The rest on the CPU")]
    public void Cancelled_in_mid_epoch_and_resumed_it_ends_as_one_that_ran_through(bool padded, bool restOnCpu)
    {
        const int epochs = 4;
        List<EpochMetrics> straight = [],
            resumed = [];
        Fit(OnGpu, EverythingOn.Options(padded, checkpoints: null, epochs), straight);
        foreach (int batch in new[] { 3, 8, 24 })
            Assert.ThrowsExactly<OperationCanceledException>(() =>
                Fit(OnGpu, EverythingOn.Options(padded, Folder["checkpoint"], epochs).CancelledAfter(batch), resumed)
            );

        Fit(restOnCpu ? OnCpu : OnGpu, EverythingOn.Options(padded, Folder["checkpoint"], epochs), resumed);

        // Images of one grey level more or less, and sums in another order, through a rate that follows both.
        AreClose(straight, resumed, tolerance: 2e-2);
    }

    [TestMethod]
    public void The_range_test_follows_the_CPUs_losses()
    {
        LearningRateCurve expected = Curve(OnCpu),
            actual = Curve(OnGpu);

        CollectionAssert.AreEqual(expected.Rates.ToArray(), actual.Rates.ToArray());
        foreach ((double one, double other) in expected.Losses.Zip(actual.Losses))
            Assert.AreEqual(one, other, 1e-3 * one);

        static LearningRateCurve Curve(MLContext mlContext) =>
            mlContext
                .Padam()
                .FindLearningRate(
                    TrainingOnDeviceTests.Options("crop and flip", onDevice: false),
                    Rows.View(mlContext, Rows.Of(60)),
                    1e-4,
                    1e-2,
                    steps: 20
                );
    }

    [TestMethod]
    public void A_training_that_diverges_is_ended()
    {
        ImageClassificationOptions options = TrainingOnDeviceTests.Options("plain", onDevice: false);
        options.Optimizer = new SgdOptions { LearningRate = 1e18 };

        StringAssert.Contains(Assert.ThrowsExactly<TrainingDivergedException>(() => Trained(OnGpu, options)).Message, "loss");
    }

    private void AreClose(List<EpochMetrics> expected, List<EpochMetrics> actual, double tolerance)
    {
        Assert.HasCount(expected.Count, actual);
        double farthest = expected.Zip(actual, (one, other) => Math.Abs(one.Loss - other.Loss) / one.Loss).Max();
        TestContext.WriteLine($"the losses differ by {farthest:0.#e0} of themselves at most");
        foreach ((EpochMetrics one, EpochMetrics other) in expected.Zip(actual))
        {
            Assert.AreEqual(one.Loss, other.Loss, tolerance * one.Loss, $"epoch {one.Epoch}");
            Assert.AreEqual(
                one.ValidationLoss!.Value,
                other.ValidationLoss!.Value,
                tolerance * one.ValidationLoss.Value,
                $"epoch {one.Epoch}"
            );
        }
    }

    private static List<EpochMetrics> Trained(MLContext mlContext, ImageClassificationOptions options)
    {
        List<EpochMetrics> epochs = [];
        options.MetricsCallback = epochs.Add;
        mlContext.Padam().ImageClassifier(options).Fit(Rows.View(mlContext, Rows.Of(203))).Dispose();
        return epochs;
    }

    private static void Fit(MLContext mlContext, ImageClassificationOptions options, List<EpochMetrics> seen)
    {
        options.MetricsCallback = seen.Add;
        mlContext.Padam().ImageClassifier(options).Fit(EverythingOn.View(mlContext)).Dispose();
    }
}
