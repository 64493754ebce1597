using Microsoft.ML;

namespace Padam.MLNet.Tests.Training;

/// <summary>All the ways in which a training ends before its last epoch.</summary>
[TestClass]
public sealed class StoppingTests
{
    private readonly MLContext _mlContext = new();
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(60);

    // Labels drawn at random: the better the training set is known, the worse these are guessed.
    private readonly Row<uint, byte[]>[] _mislabelled =
    [
        .. Rows.Of(40, seed: 4).Select((row, i) => new Row<uint, byte[]> { Label = (uint)(i * 7 % 10), Features = row.Features }),
    ];

    [TestMethod]
    [DataRow(ValidationMetric.Loss, 2, 0)]
    [DataRow(ValidationMetric.Loss, 3, 0.05)]
    [DataRow(ValidationMetric.Accuracy, 2, 0)]
    [DataRow(ValidationMetric.Accuracy, 4, 0.02)]
    public void Early_stopping_waits_out_its_patience_and_no_longer(ValidationMetric metric, int patience, double minimum)
    {
        List<double> seen = [];
        ImageClassificationOptions options = Options(epochs: 30);
        options.EarlyStopping = new(metric, patience, minimum);
        options.MetricsCallback = metrics =>
            seen.Add(metric == ValidationMetric.Loss ? -metrics.ValidationLoss!.Value : metrics.ValidationAccuracy!.Value);
        using ImageClassificationTransformer model = Fit(options);

        (double best, int without) = (seen[0], 0);
        for (int epoch = 1; epoch < seen.Count; epoch++)
        {
            Assert.IsLessThan(patience, without, "it should have stopped");
            (best, without) = seen[epoch] - best > minimum ? (seen[epoch], 0) : (best, without + 1);
        }

        Assert.AreEqual(patience, without);
        Assert.IsLessThan(30, seen.Count);
        Assert.AreEqual(seen.Count, model.Epoch);
    }

    [TestMethod]
    [DataRow(ValidationMetric.Loss)]
    [DataRow(ValidationMetric.Accuracy)]
    [DataRow(ValidationMetric.MacroAccuracy)]
    [DataRow(ValidationMetric.MacroF1)]
    [DataRow(ValidationMetric.LogLoss)]
    public void The_best_weights_are_those_of_the_best_epoch_to_the_last_bit(ValidationMetric metric)
    {
        List<EpochMetrics> seen = [];
        ImageClassificationOptions options = Options(epochs: 8);
        (options.RestoreBestWeights, options.EarlyStopping, options.MetricsCallback) = (true, new(metric, Patience: 100), seen.Add);
        using ImageClassificationTransformer restored = Fit(options);
        int best = metric switch
        {
            ValidationMetric.Loss => seen.MinBy(epoch => epoch.ValidationLoss)!.Epoch,
            ValidationMetric.LogLoss => seen.MinBy(epoch => epoch.ValidationLogLoss)!.Epoch,
            ValidationMetric.Accuracy => seen.MaxBy(epoch => epoch.ValidationAccuracy)!.Epoch,
            ValidationMetric.MacroAccuracy => seen.MaxBy(epoch => epoch.ValidationMacroAccuracy)!.Epoch,
            _ => seen.MaxBy(epoch => epoch.ValidationMacroF1)!.Epoch,
        };

        options = Options(epochs: 8);
        options.MetricsCallback = metrics =>
        {
            if (metrics.Epoch == best)
                metrics.RequestStop();
        };
        using ImageClassificationTransformer stopped = Fit(options);

        Assert.IsLessThan(8, best, "otherwise there was nothing to restore");
        Assert.AreEqual(best, restored.Epoch);
        Assert.AreEqual(TinyImages.Hash(stopped), TinyImages.Hash(restored));
        Assert.AreEqual(
            seen[best - 1].ValidationLoss,
            _mlContext.MulticlassClassification.Evaluate(restored.Transform(options.ValidationSet!)).LogLoss
        );
    }

    [TestMethod]
    [DataRow(ValidationMetric.Loss, 100.0)]
    [DataRow(ValidationMetric.Accuracy, 1.0)]
    public void The_minimum_improvement_governs_patience_alone_and_not_which_epoch_is_best(ValidationMetric metric, double minimum)
    {
        List<EpochMetrics> seen = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 9);
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(40, seed: 5));
        (options.RestoreBestWeights, options.MetricsCallback) = (true, seen.Add);
        options.EarlyStopping = new(metric, Patience: 4, minimum);
        using ImageClassificationTransformer model = Fit(options);

        Assert.HasCount(5, seen, "no epoch was better by the minimum, so that patience ended after four");
        EpochMetrics best =
            metric == ValidationMetric.Loss ? seen.MinBy(epoch => epoch.ValidationLoss)! : seen.MaxBy(epoch => epoch.ValidationAccuracy)!;
        Assert.IsGreaterThan(1, best.Epoch, "otherwise nothing was told apart");
        Assert.AreEqual(best.Epoch, model.Epoch);
        Assert.AreEqual(best.ValidationLoss, _mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet)).LogLoss);
    }

    [TestMethod]
    public void A_request_to_stop_ends_the_training_after_its_epoch()
    {
        List<int> epochs = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 9);
        options.MetricsCallback = metrics =>
        {
            epochs.Add(metrics.Epoch);
            if (metrics.Epoch == 3)
                metrics.RequestStop();
        };
        using ImageClassificationTransformer model = Fit(options);

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs);
        Assert.AreEqual(3, model.Epoch);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void An_exception_from_a_callback_reaches_the_caller_and_leaves_no_tensor(bool afterEpoch)
    {
        ImageClassificationOptions options = TinyImages.Options();
        if (afterEpoch)
            options.MetricsCallback = _ => throw new FormatException("mine");
        else
            options.ProgressCallback = _ => throw new FormatException("mine");

        LiveTensors.AreNotLeftBy(
            () => Assert.AreEqual("mine", Assert.ThrowsExactly<FormatException>(() => Fit(options)).Message),
            networks: 1
        );
    }

    [TestMethod]
    public void A_token_stops_between_two_batches_and_leaves_no_tensor()
    {
        LiveTensors.AreNotLeftBy(
            () =>
            {
                using var source = new CancellationTokenSource();
                int batches = 0;
                ImageClassificationOptions options = TinyImages.Options(epochs: 9);
                (options.CancellationToken, options.BatchSize) = (source.Token, 10);
                options.ProgressCallback = _ =>
                {
                    if (++batches == 8)
                        source.Cancel();
                };

                Assert.AreEqual(source.Token, Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options)).CancellationToken);
                Assert.AreEqual(8, batches);
            },
            networks: 1
        );
    }

    [TestMethod]
    public void A_token_stops_the_reading_of_the_data_too()
    {
        using var source = new CancellationTokenSource();
        int read = 0;
        IEnumerable<Row<uint, byte[]>> Endless()
        {
            for (; ; read++)
            {
                if (read == 30)
                    source.Cancel();
                Assert.IsLessThan(1000, read);
                yield return _rows[read % 60];
            }
        }

        ImageClassificationOptions options = TinyImages.Options();
        options.CancellationToken = source.Token;

        Assert.ThrowsExactly<OperationCanceledException>(() =>
            _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Endless()))
        );
    }

    [TestMethod]
    public void Cancelling_the_context_stops_the_training()
    {
        int batches = 0;
        ImageClassificationOptions options = TinyImages.Options(epochs: 9);
        options.ProgressCallback = _ =>
        {
            if (++batches == 3)
                Cancel(_mlContext);
        };

        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));
        Assert.AreEqual(3, batches);
    }

    // AutoML cancels its trainers in this way, which ML.NET keeps to itself.
    private static void Cancel(MLContext mlContext) =>
        typeof(MLContext)
            .GetMethod(
                "CancelExecution",
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public
            )!
            .Invoke(mlContext, null);

    [TestMethod]
    public void Progress_counts_every_image_of_every_epoch()
    {
        List<TrainingProgress> seen = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        (options.ProgressCallback, options.BatchSize) = (seen.Add, 25);
        using ImageClassificationTransformer model = Fit(options);

        CollectionAssert.AreEqual(
            new[] { "1/2 25/60", "1/2 50/60", "1/2 60/60", "2/2 25/60", "2/2 50/60", "2/2 60/60" },
            seen.Select(p => $"{p.Epoch}/{p.Epochs} {p.Images}/{p.ImagesPerEpoch}").ToArray()
        );
        Assert.IsTrue(seen.All(progress => progress.Loss > 0 && progress.ImagesPerSecond > 0));
    }

    private ImageClassificationOptions Options(int epochs)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        options.ValidationSet = Rows.View(_mlContext, _mislabelled);
        return options;
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, _rows));
}
