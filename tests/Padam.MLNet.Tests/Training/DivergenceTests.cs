using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class DivergenceTests
{
    private readonly MLContext _mlContext = new();

    [TestMethod]
    public void A_loss_that_is_no_number_stops_the_training_and_names_epoch_and_batch()
    {
        List<int> epochs = [];
        int batches = 0;
        ImageClassificationOptions options = Options(learningRate: 1e18, epochs: 5);
        (options.MetricsCallback, options.ProgressCallback) = (metrics => epochs.Add(metrics.Epoch), _ => batches++);

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));

        Assert.AreEqual(epochs.Count + 1, error.Epoch);
        Assert.AreEqual(batches + 1, ((error.Epoch - 1) * 6) + error.Batch, "every batch before it was done, and none after it");
        StringAssert.Contains(error.Message, $"epoch {error.Epoch}, batch {error.Batch}");
        StringAssert.Contains(error.Message, "LearningRate = 1E+18");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Weights_broken_by_the_very_last_step_are_no_model(bool onDevice)
    {
        ImageClassificationOptions options = Options(learningRate: 1e300, epochs: 1);
        (options.BatchSize, options.Compute) = (100, new() { AsOnDevice = onDevice });

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));

        Assert.AreEqual((1, 1), (error.Epoch, error.Batch));
        StringAssert.Contains(error.Message, "weight");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Cancelling_after_a_step_that_broke_the_weights_leaves_the_good_checkpoint(bool onDevice)
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        byte[]? good = null;
        ImageClassificationOptions options = Options(learningRate: 0.01, epochs: 3);
        // The second epoch's first step is of endless length; its loss was still that of the first epoch's weights.
        options.Schedule = Schedule.MultiStep([1], gamma: 1e300);
        (options.CheckpointFolder, options.CancellationToken) = (folder["checkpoint"], source.Token);
        options.Compute = new() { AsOnDevice = onDevice };
        options.ProgressCallback = progress =>
        {
            if (progress.Epoch != 2)
                return;
            good = System.IO.File.ReadAllBytes(folder["checkpoint/checkpoint.zip"]);
            source.Cancel();
        };

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));

        Assert.AreEqual(2, error.Epoch);
        CollectionAssert.AreEqual(good, System.IO.File.ReadAllBytes(folder["checkpoint/checkpoint.zip"]));
    }

    [TestMethod]
    public void Batch_normalisation_of_single_values_is_no_model_either()
    {
        Backbone.Register(
            "one value",
            classes =>
                nn.Sequential(
                    ("pool", nn.AdaptiveAvgPool2d(1)),
                    ("norm", nn.BatchNorm2d(3)),
                    ("flat", nn.Flatten()),
                    ("linear", nn.Linear(3, classes))
                )
        );
        ImageClassificationOptions options = Options(learningRate: 0.01, epochs: 1);
        (options.Backbone, options.BatchSize) = (Backbone.Parse("one value"), 1);

        Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));
        options.BatchSize = 2;
        using ImageClassificationTransformer model = Fit(options);
        Assert.AreEqual(1, model.Epoch);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_checkpoint_of_an_epoch_before_stays(bool onDevice)
    {
        using var folder = new TemporaryFolder();
        ImageClassificationOptions options = Options(learningRate: 0.01, epochs: 4);
        // Sound in the first epoch, far too long a step from the second on.
        (options.Schedule, options.CheckpointFolder) = (Schedule.MultiStep([1], gamma: 1e30), folder["checkpoint"]);
        options.Compute = new() { AsOnDevice = onDevice };

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));

        Assert.AreEqual(2, error.Epoch);
        options.Resume = true;
        Assert.AreEqual(
            error.Message,
            Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options)).Message,
            "resumed after the first epoch, it diverges as before"
        );
    }

    private static ImageClassificationOptions Options(double learningRate, int epochs)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        (options.Optimizer, options.BatchSize) = (new SgdOptions { LearningRate = learningRate }, 10);
        return options;
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(60)));
}
