using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using static TorchSharp.torch;

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
    public void The_losses_are_those_of_a_training_with_these_rates() => Check(_data, stepsAnEpoch: 4, _ => { });

    [TestMethod]
    public void Of_accumulated_batches_the_losses_are_those_of_the_steps() =>
        // Four batches an epoch: three for the first step, one for the second.
        Check(
            _data,
            stepsAnEpoch: 2,
            options => (options.Compute, options.Loss) = (new() { AccumulateBatches = 3 }, new() { ClassWeights = Uneven })
        );

    [TestMethod]
    public void AdaBounds_final_rate_stays_in_proportion_to_the_rate_that_is_tried() =>
        // A band that closes at once: every step has the final rate, or nearly.
        Check(
            _data,
            stepsAnEpoch: 4,
            options =>
                options.Optimizer = new AdaBoundOptions
                {
                    LearningRate = 0.02,
                    FinalLearningRate = 0.3,
                    Gamma = 1,
                }
        );

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Batches_that_count_for_nothing_leave_the_losses_as_they_were(int batchesAStep)
    {
        // Three rows of sixty count, and the first four that are seen are others.
        HashSet<int> counted = [.. Order.Shuffled(60, Options().Seed!.Value, 1).Skip(4).Take(3)];
        WeightedRow[] rows =
        [
            .. Rows.Of(60)
                .Select(
                    (row, i) =>
                        new WeightedRow
                        {
                            Label = row.Label,
                            Features = row.Features,
                            Weight = counted.Contains(i) ? 2 : 0,
                        }
                ),
        ];
        (IReadOnlyList<BatchRead> read, LearningRateCurve curve) = Check(
            WeightedRow.View(_mlContext, rows, classes: 10),
            stepsAnEpoch: 30 / batchesAStep,
            options =>
            {
                (options.ExampleWeightColumnName, options.BatchSize) = ("Weight", 2);
                options.Compute = new() { AccumulateBatches = batchesAStep };
            }
        );
        Assert.IsTrue(read.Take(batchesAStep).All(batch => batch.Weight == 0), "else nothing is tested");
        Assert.IsTrue(curve.Losses.Count > 0 && curve.Losses.All(double.IsFinite));
    }

    [TestMethod]
    public void A_network_that_is_broken_from_the_start_has_a_curve_of_no_steps_and_no_suggestion()
    {
        Backbone.Register(
            "broken",
            classes =>
            {
                var linear = nn.Linear(3, classes);
                using (no_grad())
                    linear.weight!.fill_(double.NaN);
                return nn.Sequential(("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("linear", linear));
            }
        );
        ImageClassificationOptions options = Options();
        options.Backbone = Backbone.Parse("broken");

        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(options, _data);

        Assert.IsEmpty(curve.Rates);
        Assert.IsEmpty(curve.Losses);
        Assert.IsNull(curve.Suggestion);
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

    [TestMethod]
    public void All_faults_of_options_and_rates_are_named_together_before_a_row_is_read()
    {
        IDataView unread = Rows.View(
            _mlContext,
            Enumerable.Range(0, 1).Select(Row<uint, byte[]> (_) => throw new TimeoutException("read"))
        );
        string Fault(Action<ImageClassificationOptions> change, double from = 1e-6)
        {
            ImageClassificationOptions options = Options();
            change(options);
            return Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().FindLearningRate(options, unread, from)).Message;
        }

        string both = Fault(options => options.BatchSize = 0, from: 11);
        StringAssert.Contains(both, "The rate rises from 11 to 10");
        StringAssert.Contains(both, "BatchSize is 0");
        StringAssert.Contains(Fault(options => options.Optimizer = null!), "Optimizer is null");
        StringAssert.Contains(Fault(options => options.Compute = null!), "Compute is null");
        StringAssert.Contains(Fault(options => options.Optimizer = new AdamOptions { LearningRate = double.NaN }), "LearningRate must be");
        string custom = Fault(options => options.Optimizer = new CustomOptimizerOptions(_ => throw new TimeoutException("made")));
        Assert.AreEqual(
            "Optimizer is a CustomOptimizerOptions, whose factory sets the rates: no other can be tried. Search with one of the library's "
                + "optimizers, or try rates in the factory.",
            custom
        );
    }

    [TestMethod]
    public void What_only_a_training_to_its_end_needs_is_no_matter()
    {
        ImageClassificationOptions options = Options();
        // There is no validation set yet, and no optimizer's rate.
        (options.RestoreBestWeights, options.ReduceOnPlateau, options.EarlyStopping) = (true, new(), new());
        (options.Epochs, options.Schedule, options.Optimizer) = (
            2,
            Schedule.Constant.WithWarmup(5),
            new AdaBoundOptions { LearningRate = 0 }
        );

        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(options, _data, from: 1e-6, to: 1e-4, steps: 10);

        Assert.HasCount(10, curve.Rates);
        Assert.AreEqual(1e-4, curve.Rates[^1], 1e-12);
    }

    private static ClassWeights Uneven { get; } = ClassWeights.Of(Enumerable.Range(1, 10).Select(i => (double)i));

    /// <summary>Compares with a training whose schedule is written here, and whose losses are averaged here.</summary>
    private (IReadOnlyList<BatchRead> Read, LearningRateCurve Curve) Check(
        IDataView data,
        int stepsAnEpoch,
        Action<ImageClassificationOptions> change
    )
    {
        const double first = 1e-4,
            last = 1e-1;
        int steps = Math.Max(12, stepsAnEpoch);
        ImageClassificationOptions options = Options();
        change(options);
        LearningRateCurve curve = _mlContext.Padam().FindLearningRate(options, data, first, last, steps);

        List<BatchRead> read = [];
        List<double> epochs = [],
            rates = [.. Enumerable.Range(0, steps).Select(step => first * Math.Pow(last / first, step / (steps - 1.0)))];
        int Done() => read.Count(batch => batch.EndsStep);
        (options.Epochs, options.Schedule) = (
            steps / stepsAnEpoch,
            Schedule.Of("rising", _ => rates[Math.Min(Done(), steps - 1)] / options.Optimizer.LearningRate)
        );
        (options.Compute, options.MetricsCallback) = (options.Compute with { Reader = read.Add }, metrics => epochs.Add(metrics.Loss));
        _mlContext.Padam().ImageClassifier(options).Fit(data).Dispose();

        Assert.AreEqual(steps, Done());
        BatchRead[] firstEpoch = [.. read.Take(read.Count * stepsAnEpoch / steps)];
        Assert.AreEqual(epochs[0], Mean(firstEpoch), 1e-9, "what is read is what the epoch's loss is made of");
        (double mean, double weight, int noted, List<BatchRead> step) = (0, 0, 0, []);
        foreach (BatchRead batch in read)
        {
            step.Add(batch);
            if (!batch.EndsStep)
                continue;
            if (step.Sum(part => part.Weight) > 0)
                (mean, weight) = ((0.9 * mean) + (0.1 * Mean(step)), (0.9 * weight) + 0.1);
            step = [];
            if (weight == 0)
                continue;
            Assert.AreEqual(mean / weight, curve.Losses[noted], 1e-9, $"step {noted}");
            Assert.AreEqual(rates[steps - curve.Rates.Count + noted], curve.Rates[noted], 1e-12, $"step {noted}");
            noted++;
        }

        Assert.HasCount(noted, curve.Losses);
        return (read, curve);
    }

    private static double Mean(IReadOnlyList<BatchRead> batches) =>
        batches.Sum(batch => batch.Loss * batch.Weight) / batches.Sum(batch => batch.Weight);

    private static ImageClassificationOptions Options()
    {
        ImageClassificationOptions options = TinyImages.Options();
        (options.BatchSize, options.Optimizer) = (16, new AdamOptions());
        return options;
    }
}
