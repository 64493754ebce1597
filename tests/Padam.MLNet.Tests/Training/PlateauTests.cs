using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests.Training;

/// <summary>The learning rate falls where the validation set shows no more improvement.</summary>
[TestClass]
public sealed class PlateauTests
{
    private readonly MLContext _mlContext = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    // Labels drawn at random: the better the training set is known, the worse these are guessed.
    private readonly Row<uint, byte[]>[] _mislabelled =
    [
        .. Rows.Of(40, seed: 4).Select((row, i) => new Row<uint, byte[]> { Label = (uint)(i * 7 % 10), Features = row.Features }),
    ];

    [TestInitialize]
    public void Listen() => _mlContext.Log += (_, entry) => _log.Add(entry.RawMessage);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(ValidationMetric.Loss, 1)]
    [DataRow(ValidationMetric.Accuracy, 2)]
    public void It_multiplies_the_schedule_after_so_many_epochs_without_improvement(ValidationMetric metric, int patience)
    {
        List<EpochMetrics> seen = [];
        ImageClassificationOptions options = Options(new(metric, Factor: 0.5, patience));
        options.MetricsCallback = seen.Add;
        Fit(options).Dispose();

        (double best, int without, double factor, int falls) = (double.NegativeInfinity, 0, 1, 0);
        foreach (EpochMetrics metrics in seen)
        {
            Assert.AreEqual(0.01 * factor * (metrics.Epoch > 6 ? 0.1 : 1), metrics.LearningRate, 1e-15, $"epoch {metrics.Epoch}");
            double value = metric == ValidationMetric.Loss ? -metrics.ValidationLoss!.Value : metrics.ValidationAccuracy!.Value;
            (best, without) = value > best ? (value, 0) : (best, without + 1);
            if (without == patience)
                (factor, without, falls) = (factor / 2, 0, falls + 1);
        }

        Assert.IsGreaterThan(1, falls, "otherwise this shows nothing");
        Assert.HasCount(falls, _log.Where(line => line.Contains("the learning rate is 0.", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public void A_training_cancelled_at_any_epoch_and_resumed_has_the_same_rates_and_bytes()
    {
        List<string> straight = [],
            resumed = [];
        string expected = Hash(Options(new(Factor: 0.5, Patience: 1)), straight, cancelled: null);
        for (int batch = 1; batch < 12; batch += 3)
        {
            int at = batch;
            Assert.ThrowsExactly<OperationCanceledException>(() => Hash(Checkpointed(), resumed, at));
        }

        Assert.AreEqual(expected, Hash(Checkpointed(), resumed, cancelled: null));
        CollectionAssert.AreEqual(straight, resumed);
    }

    [TestMethod]
    public void A_checkpoint_of_another_plateau_is_refused()
    {
        Fit(Checkpointed()).Dispose();
        ImageClassificationOptions options = Checkpointed();
        options.ReduceOnPlateau = null;
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options)).Message,
            "ReduceOnPlateau was ReduceOnPlateau { Metric = Loss, Factor = 0.5"
        );
    }

    [TestMethod]
    public void A_p_that_passes_one_half_within_an_epoch_ends_the_training()
    {
        ImageClassificationOptions options = Options(null);
        options.Optimizer = new PadamOptions { Partial = 0.25 };
        // At whole epochs it is 1: nobody can tell ahead.
        options.PartialSchedule = Schedule.Of(
            "a peak in the middle of each epoch",
            done => 1 + (4 * Math.Abs(Math.Sin(12 * Math.PI * done)))
        );

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options)).Message;

        StringAssert.Contains(message, "PartialSchedule 'a peak in the middle of each epoch' takes p to ");
        StringAssert.Contains(message, "the largest is 1/2");
    }

    [TestMethod]
    public void A_function_that_gives_no_factor_ends_the_training()
    {
        ImageClassificationOptions options = Options(null);
        options.Schedule = Schedule.Of("broken", done => done is > 0.01 and < 0.08 ? double.NaN : 1);

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options)).Message,
            "The schedule 'broken' gives NaN"
        );
    }

    private ImageClassificationOptions Options(ReduceOnPlateau? plateau)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 12);
        options.Schedule = Schedule.MultiStep([6]);
        options.ReduceOnPlateau = plateau;
        options.ValidationSet = Rows.View(_mlContext, _mislabelled);
        return options;
    }

    private ImageClassificationOptions Checkpointed()
    {
        ImageClassificationOptions options = Options(new(Factor: 0.5, Patience: 1));
        (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
        return options;
    }

    private string Hash(ImageClassificationOptions options, List<string> seen, int? cancelled)
    {
        if (cancelled is { } batches)
            options.CancelledAfter(batches);
        options.MetricsCallback = metrics =>
            seen.Add(string.Create(CultureInfo.InvariantCulture, $"{metrics.Epoch} {metrics.Loss:R} {metrics.LearningRate:R}"));
        return TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, Rows.Of(60)));
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(60)));
}
