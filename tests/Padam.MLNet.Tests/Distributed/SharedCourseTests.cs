using Microsoft.ML;

namespace Padam.MLNet.Tests.Distributed;

/// <summary>What decides the course of a training is decided by all ranks together.</summary>
[TestClass]
public sealed class SharedCourseTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Validation_is_shared_and_has_the_digits_of_the_models_scores()
    {
        List<EpochMetrics> seen = [];
        (double Loss, double Accuracy)[] measured = Fit(
            3,
            options => (options.ValidationSet, options.MetricsCallback) = (Test(), seen.Add),
            (mlContext, model) =>
            {
                var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(Test()));
                return (metrics.LogLoss, metrics.MicroAccuracy);
            }
        );

        Assert.HasCount(4, seen, "the first rank alone is called");
        foreach ((double loss, double accuracy) in measured)
            Assert.AreEqual((seen[^1].ValidationLoss, seen[^1].ValidationAccuracy), (loss, accuracy));
    }

    [TestMethod]
    public void Training_metrics_are_of_all_images_as_one_process_has_them()
    {
        List<EpochMetrics> shared = [],
            alone = [];
        Fit(3, options => (options.SynchronizedBatchNorm, options.MetricsCallback) = (true, shared.Add));
        Fit(1, options => options.MetricsCallback = alone.Add);

        Assert.AreEqual(alone[0].Loss, shared[0].Loss, 1e-5);
        Assert.AreEqual(alone[0].Accuracy, shared[0].Accuracy, 1e-9);
        Assert.AreEqual(alone[0].MacroAccuracy, shared[0].MacroAccuracy, 1e-9);
        Assert.AreEqual(alone[0].Top5Accuracy, shared[0].Top5Accuracy, 1e-9);
    }

    [TestMethod]
    public void Weights_of_examples_mixed_images_and_steps_of_several_batches_are_those_of_one_process_too()
    {
        List<EpochMetrics> shared = [],
            alone = [];
        // 92 images: the last batch of 2 has none for two of the ranks.
        void Tell(ImageClassificationOptions options)
        {
            (options.BatchSize, options.Epochs, options.ExampleWeightColumnName) = (6, 2, "Weight");
            options.Augmentation = new(2, Flip: true) { Mixing = new(Mixup: 0.4, CutMix: 1) };
            options.Compute = new() { AccumulateBatches = 3 };
            (options.Loss, options.KernelL2, options.GradientClipNorm) = (new() { ClassWeights = ClassWeights.Balanced }, 1e-3, 1);
        }

        void Train(int size, List<EpochMetrics> metrics) =>
            Fit(
                size,
                options =>
                {
                    Tell(options);
                    (options.SynchronizedBatchNorm, options.MetricsCallback) = (true, metrics.Add);
                },
                view: EverythingOn.View
            );

        Train(4, shared);
        Train(1, alone);
        for (int epoch = 0; epoch < 2; epoch++)
            Assert.AreEqual(alone[epoch].Loss, shared[epoch].Loss, 1e-4, $"epoch {epoch + 1}");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void One_rank_that_is_told_to_stop_stops_all_and_they_go_on_with_the_bytes_of_an_uninterrupted_training(int told)
    {
        string[] whole = Hashes(2, _ => { });
        var stop = new CancellationTokenSource();
        int batches = 0;
        AggregateException ended = Assert.Throws<AggregateException>(() =>
            Hashes(
                2,
                options =>
                {
                    (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
                    if (options.Distributed!.Rank == told)
                        options.CancellationToken = stop.Token;
                    // Called on the first rank alone.
                    options.ProgressCallback = _ =>
                    {
                        if (++batches == 7)
                            stop.Cancel();
                    };
                }
            )
        );
        Assert.IsInstanceOfType<OperationCanceledException>(ended.InnerException);

        string[] resumed = Hashes(2, options => (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true));

        CollectionAssert.AreEqual(whole, resumed);
        Assert.HasCount(1, whole.Distinct().ToArray());
    }

    [TestMethod]
    public void Another_number_of_ranks_goes_on_where_normalisation_is_synchronized_and_is_refused_elsewhere()
    {
        foreach (bool synchronized in new[] { true, false })
        {
            string checkpoint = _folder[$"checkpoint {synchronized}"];
            void Tell(ImageClassificationOptions options, int epochs) =>
                (options.CheckpointFolder, options.Resume, options.SynchronizedBatchNorm, options.Epochs) = (
                    checkpoint,
                    true,
                    synchronized,
                    epochs
                );

            Fit(2, options => Tell(options, 1));
            void GoOn() => Fit(3, options => Tell(options, 2));
            if (synchronized)
                GoOn();
            else
                StringAssert.Contains(Assert.Throws<AggregateException>(GoOn).Message, "Distributed's ranks was 2 and is 3");
        }
    }

    [TestMethod]
    public void A_stop_that_the_callback_asks_for_on_the_first_rank_is_every_ranks()
    {
        int[] epochs = Fit(
            2,
            options =>
                options.MetricsCallback = metrics =>
                {
                    if (metrics.Epoch == 2)
                        metrics.RequestStop();
                },
            (_, model) => model.Epoch
        );
        CollectionAssert.AreEqual(new[] { 2, 2 }, epochs);
    }

    [TestMethod]
    public void Ranks_that_were_told_otherwise_or_have_other_data_are_refused_before_the_first_step()
    {
        string Refused(Action<ImageClassificationOptions> tell, Func<MLContext, int, IDataView>? view = null) =>
            Assert
                .Throws<AggregateException>(() =>
                    ThreadRanks.Run(
                        2,
                        ranks =>
                        {
                            var mlContext = new MLContext();
                            ImageClassificationOptions options = TwentySteps.Options("vgg-small", ranks, synchronized: false);
                            options.ProgressCallback = _ => Assert.Fail("It trains.");
                            if (ranks.Rank == 1)
                                tell(options);
                            mlContext
                                .Padam()
                                .ImageClassifier(options)
                                .Fit(view?.Invoke(mlContext, ranks.Rank) ?? TwentySteps.View(mlContext))
                                .Dispose();
                            return true;
                        }
                    )
                )
                .Message;

        StringAssert.Contains(Refused(options => options.BatchSize = 7), "BatchSize is 7 here and 8 on the first rank");
        StringAssert.Contains(Refused(options => options.BatchSize = 3), "needs two images of a batch to normalise by");
        StringAssert.Contains(Refused(options => options.CheckpointEvery = 2), "CheckpointEvery is 2 here and 1 on the first rank");
        StringAssert.Contains(Refused(_ => { }, (mlContext, rank) => TwentySteps.View(mlContext, 60 + rank)), "Training data is 61 images");
        StringAssert.Contains(Refused(options => options.LabelColumnName = "Nothing"), "Rank 1 of 2: ");
    }

    [TestMethod]
    public void Fewer_images_a_batch_than_ranks_are_refused_and_so_is_synchronization_of_nobody()
    {
        string Fault(Action<ImageClassificationOptions> tell)
        {
            ImageClassificationOptions options = TwentySteps.Options("vgg-small", Communicator.Alone, synchronized: false);
            tell(options);
            return string.Join(' ', options.Validate());
        }

        ThreadRanks.Run(
            3,
            ranks =>
            {
                StringAssert.Contains(
                    Fault(options => (options.Distributed, options.BatchSize) = (ranks, 2)),
                    "BatchSize is 2; it must be at least 3"
                );
                return true;
            }
        );
        StringAssert.Contains(
            Fault(options => (options.Distributed, options.SynchronizedBatchNorm) = (null, true)),
            "SynchronizedBatchNorm needs Distributed"
        );
    }

    private static IDataView Test() => Rows.View(new MLContext(), Rows.Of(43, seed: 9));

    private static string[] Hashes(int size, Action<ImageClassificationOptions> tell) =>
        Fit(size, tell, (_, model) => TinyImages.Hash(model));

    private static void Fit(int size, Action<ImageClassificationOptions> tell, Func<MLContext, IDataView>? view = null) =>
        Fit(size, tell, (_, _) => true, view);

    private static T[] Fit<T>(
        int size,
        Action<ImageClassificationOptions> tell,
        Func<MLContext, ImageClassificationTransformer, T> result,
        Func<MLContext, IDataView>? view = null
    ) =>
        ThreadRanks.Run(
            size,
            ranks =>
            {
                var mlContext = new MLContext();
                ImageClassificationOptions options = TwentySteps.Options("vgg-small", ranks, synchronized: false);
                tell(options);
                using ImageClassificationTransformer model = mlContext
                    .Padam()
                    .ImageClassifier(options)
                    .Fit((view ?? (context => TwentySteps.View(context)))(mlContext));
                return result(mlContext, model);
            }
        );
}
