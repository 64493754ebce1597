using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>A training that was interrupted goes on as if it had not been.</summary>
[TestClass]
public sealed class CheckpointTests
{
    private readonly CheckpointedTraining _training = new();

    [TestCleanup]
    public void Delete() => _training.Dispose();

    [TestMethod]
    [DataRow("padam")]
    [DataRow("adam")]
    [DataRow("amsgrad")]
    [DataRow("adamw")]
    [DataRow("sgd")]
    [DataRow("yogi")]
    [DataRow("adabound")]
    public void A_training_cancelled_at_any_batch_and_resumed_ends_with_the_same_bytes_and_metrics(string optimizer)
    {
        List<string> straight = [],
            resumed = [];
        ImageClassificationOptions uninterrupted = _training.Options(optimizer, straight);
        uninterrupted.CheckpointFolder = null;
        uninterrupted.Resume = false;
        using ImageClassificationTransformer expected = _training.Fit(uninterrupted);

        foreach (int batch in new[] { 1, 7, 6, 9 })
            Assert.ThrowsExactly<OperationCanceledException>(() =>
                _training.Fit(_training.Options(optimizer, resumed).CancelledAfter(batch))
            );
        using ImageClassificationTransformer actual = _training.Fit(_training.Options(optimizer, resumed));

        CollectionAssert.AreEqual(straight, resumed);
        CollectionAssert.AreEqual(_training.Weights(expected), _training.Weights(actual));
        Assert.AreEqual(expected.Epoch, actual.Epoch);
    }

    [TestMethod]
    public void A_training_cancelled_before_its_validation_pass_resumes_with_that_pass()
    {
        List<string> straight = [],
            resumed = [];
        using ImageClassificationTransformer expected = _training.Fit(_training.Options("padam", straight));
        Directory.Delete(_training.Folder["checkpoint"], recursive: true);
        int lastOfFirstEpoch = 0;
        ImageClassificationOptions counting = _training.Options("padam", []);
        counting.ProgressCallback = progress => lastOfFirstEpoch += progress.Epoch == 1 ? 1 : 0;
        _training.Fit(counting).Dispose();
        Directory.Delete(_training.Folder["checkpoint"], recursive: true);

        Assert.ThrowsExactly<OperationCanceledException>(() =>
            _training.Fit(_training.Options("padam", resumed).CancelledAfter(lastOfFirstEpoch))
        );
        Assert.IsEmpty(resumed, "The validation pass went on.");
        using ImageClassificationTransformer actual = _training.Fit(_training.Options("padam", resumed));

        CollectionAssert.AreEqual(straight, resumed);
        CollectionAssert.AreEqual(_training.Weights(expected), _training.Weights(actual));
    }

    [TestMethod]
    public void TorchSharps_own_optimizers_resume_too()
    {
        ImageClassificationOptions Custom()
        {
            ImageClassificationOptions options = TinyImages.Options(epochs: 3);
            options.Backbone = Backbone.Parse("vgg-small");
            options.BatchSize = 8;
            options.Optimizer = new CustomOptimizerOptions(named => optim.Adam(named.Select(entry => entry.Item2), lr: 0.001));
            options.CheckpointFolder = _training.Folder["custom"];
            options.Resume = true;
            return options;
        }

        IDataView few = _training.MLContext.Data.TakeRows(_training.Train, 32);
        ImageClassificationOptions straight = Custom();
        straight.CheckpointFolder = _training.Folder["straight"];
        using ImageClassificationTransformer expected = _training.MLContext.Padam().ImageClassifier(straight).Fit(few);
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            _training.MLContext.Padam().ImageClassifier(Custom().CancelledAfter(3)).Fit(few)
        );
        using ImageClassificationTransformer actual = _training.MLContext.Padam().ImageClassifier(Custom()).Fit(few);

        CollectionAssert.AreEqual(_training.Weights(expected), _training.Weights(actual));
    }

    [TestMethod]
    public void An_ended_training_resumes_to_its_model_without_another_step()
    {
        using ImageClassificationTransformer first = _training.Fit(_training.Options("padam", []));
        List<string> seen = [];
        using ImageClassificationTransformer second = _training.Fit(_training.Options("padam", seen));

        CollectionAssert.AreEqual(Array.Empty<string>(), seen);
        CollectionAssert.AreEqual(_training.Weights(first), _training.Weights(second));
    }

    [TestMethod]
    public void A_checkpoint_resumes_under_a_culture_with_decimal_commas()
    {
        List<string> seen = [];
        Assert.ThrowsExactly<OperationCanceledException>(() => _training.Fit(_training.Options("padam", seen).CancelledAfter(9)));
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator = ",";
            _training.Fit(_training.Options("padam", seen)).Dispose();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.HasCount(4, seen);
    }

    [TestMethod]
    public void Cross_validation_has_a_checkpoint_for_each_fold_and_resumes_them()
    {
        double[] Folds(CancellationToken cancellation, List<string> seen)
        {
            ImageClassificationOptions options = _training.Options("padam", seen);
            (options.ValidationSet, options.RestoreBestWeights, options.CancellationToken) = (null, false, cancellation);
            return
            [
                .. _training
                    .MLContext.MulticlassClassification.CrossValidate(
                        _training.Train,
                        _training.MLContext.Padam().ImageClassifier(options),
                        numberOfFolds: 3,
                        seed: 5
                    )
                    .Select(fold => fold.Metrics.LogLoss),
            ];
        }

        List<string> straight = [],
            resumed = [];
        double[] expected = Folds(default, straight);
        Assert.HasCount(12, straight);
        CollectionAssert.IsSubsetOf(
            new[] { "checkpoint.zip", "fit2", "fit3" },
            Directory.GetFileSystemEntries(_training.Folder["checkpoint"]).Select(Path.GetFileName).ToArray()
        );
        File.Delete(_training.Folder["checkpoint/fit3/checkpoint.zip"]);

        CollectionAssert.AreEqual(expected, Folds(default, resumed));
        CollectionAssert.AreEqual(straight[8..], resumed, "the third fold alone was trained again");
    }
}
