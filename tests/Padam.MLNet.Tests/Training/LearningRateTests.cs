using Microsoft.ML;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests.Training;

/// <summary>The range test for a learning rate.</summary>
[TestClass]
public sealed class LearningRateTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly IDataView _data;

    public LearningRateTests() => _data = Rows.View(_mlContext, Rows.Of(60));

    [TestMethod]
    public void The_rate_rises_by_one_factor_and_the_first_loss_is_that_of_an_untrained_network()
    {
        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(Options(), _data, from: 1e-6, to: 1e-2, steps: 41);

        Assert.HasCount(41, curve.Rates);
        Assert.AreEqual(1e-6, curve.Rates[0], 1e-15);
        Assert.AreEqual(1e-2, curve.Rates[^1], 1e-12);
        for (int i = 1; i < curve.Rates.Count; i++)
            Assert.AreEqual(Math.Pow(10, 0.1), curve.Rates[i] / curve.Rates[i - 1], 1e-9);
        Assert.AreEqual(Math.Log(10), curve.Losses[0], 0.7);
    }

    [TestMethod]
    public void The_losses_are_those_of_a_training_with_these_rates()
    {
        const int steps = 12;
        ImageClassificationOptions options = Options();
        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(options, _data, from: 1e-4, to: 1e-1, steps: steps);

        List<double> losses = [];
        (double sum, int images) = (0, 0);
        options.Optimizer = new AdamOptions { LearningRate = 1e-4 };
        // 60 images in batches of 16 are four steps an epoch.
        (options.Epochs, options.Schedule) = (
            steps / 4,
            Schedule.Of("rising", done => Math.Pow(1000, Math.Round(done * steps) / (steps - 1)))
        );
        options.ProgressCallback = progress =>
        {
            (double sumBefore, int imagesBefore) = progress.Images <= 16 ? (0, 0) : (sum, images);
            (sum, images) = (progress.Loss * progress.Images, progress.Images);
            losses.Add((sum - sumBefore) / (images - imagesBefore));
        };
        _mlContext.Padam().ImageClassifier(options).Fit(_data).Dispose();

        (double mean, double weight) = (0, 0);
        for (int i = 0; i < steps; i++)
        {
            (mean, weight) = ((0.9 * mean) + (0.1 * losses[i]), (0.9 * weight) + 0.1);
            Assert.AreEqual(mean / weight, curve.Losses[i], 1e-9, $"step {i}");
        }
    }

    [TestMethod]
    public void It_ends_where_the_loss_explodes_and_suggests_a_rate_before_that()
    {
        ImageClassificationOptions options = Options();
        options.Optimizer = new SgdOptions { Momentum = 0.9 };
        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(options, _data, from: 1e-5, to: 1e6, steps: 120);

        Assert.IsLessThan(120, curve.Rates.Count, "a rate of a million breaks any network");
        Assert.IsTrue(curve.Suggestion > curve.Rates[0] && curve.Suggestion < curve.Rates[^1], $"{curve.Suggestion}");
    }

    [TestMethod]
    public void What_the_caller_had_is_left_as_it_was()
    {
        using var cancel = new CancellationTokenSource();
        ImageClassificationOptions options = Options();
        (options.ValidationFraction, options.CancellationToken) = (0.2, cancel.Token);
        (options.Optimizer, options.MetricsCallback) = (new AdamOptions { LearningRate = 0.5 }, _ => Assert.Fail("no epoch is told of"));
        _mlContext.Padam().FindLearningRate(options, _data, steps: 10);
        Assert.AreEqual((0.2, 0.5), (options.ValidationFraction, options.Optimizer.LearningRate));

        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => _mlContext.Padam().FindLearningRate(options, _data));
    }

    [TestMethod]
    public void Rates_and_steps_out_of_range_are_refused()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().FindLearningRate(Options(), _data, from: 1, to: 0.1)).Message,
            "The rate rises from 1 to 0.1"
        );
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _mlContext.Padam().FindLearningRate(Options(), _data, steps: 9));
    }

    private static ImageClassificationOptions Options()
    {
        ImageClassificationOptions options = TinyImages.Options();
        (options.BatchSize, options.Optimizer) = (16, new AdamOptions());
        return options;
    }
}
