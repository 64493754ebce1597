using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class ValidationTests
{
    private readonly MLContext _mlContext = new();
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(90),
        _others = Rows.Of(50, seed: 8);

    [TestMethod]
    public void The_last_epochs_metrics_are_those_of_Evaluate_digit_for_digit()
    {
        EpochMetrics? last = null;
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        (options.ValidationSet, options.MetricsCallback) = (Rows.View(_mlContext, _others), metrics => last = metrics);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, _rows));

        MulticlassClassificationMetrics evaluated = _mlContext.MulticlassClassification.Evaluate(
            model.Transform(options.ValidationSet),
            topKPredictionCount: 5
        );

        Assert.AreEqual(evaluated.MicroAccuracy, last!.ValidationAccuracy);
        Assert.AreEqual(evaluated.TopKAccuracy, last.ValidationTop5Accuracy);
        Assert.AreEqual(evaluated.MacroAccuracy, last.ValidationMacroAccuracy!.Value, 1e-12);
        Assert.AreEqual(evaluated.LogLoss, last.ValidationLoss);
        Assert.IsTrue(last.ValidationAccuracy is > 0.1 and < 1, "a model neither perfect nor blind");
    }

    [TestMethod]
    public void Sure_and_wrong_answers_count_as_ML_NETs_log_loss_counts_them()
    {
        EpochMetrics? last = null;
        ImageClassificationOptions options = TinyImages.Options(epochs: 6);
        // Steps so long that some probabilities leave the range of single precision.
        (options.Optimizer, options.ValidationSet, options.MetricsCallback) = (
            new MLNet.Optimizers.SgdOptions { LearningRate = 30 },
            Rows.View(_mlContext, _others),
            metrics => last = metrics
        );
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, _rows));

        Assert.IsTrue(
            TinyImages.Scores(_mlContext, model, options.ValidationSet).Where((score, i) => score[_others[i].Label] < 1e-15f).Any(),
            "the case that this test is about"
        );
        Assert.AreEqual(_mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet)).LogLoss, last!.ValidationLoss);
    }

    [TestMethod]
    public void The_kernel_penalty_is_part_of_the_validation_loss()
    {
        List<double?> losses = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.KernelL2, options.ValidationSet, options.MetricsCallback) = (
            0.02,
            Rows.View(_mlContext, _others),
            metrics => losses.Add(metrics.ValidationLoss)
        );
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, _rows));

        using var folder = new TemporaryFolder();
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        model.SaveWeights(folder["weights"], WeightsFormat.Safetensors);
        double penalty =
            0.02
            * MLNet
                .Persistence.Safetensors.Read(folder["weights"])
                .Where(entry => entry.Tensor.dim() > 1)
                .Sum(entry => entry.Tensor.square().sum().item<float>());
        Assert.AreEqual(
            _mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet)).LogLoss + penalty,
            losses[0]!.Value,
            1e-6
        );
        Assert.IsGreaterThan(0.01, penalty);
    }

    [TestMethod]
    public void A_validation_set_leaves_no_trace_in_the_model()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 3);
        string without = TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows));
        options.ValidationSet = Rows.View(_mlContext, _others);

        Assert.AreEqual(without, TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows)));
    }

    [TestMethod]
    [DataRow(0.1, 9)]
    [DataRow(0.5, 45)]
    [DataRow(0.9, 80)]
    public void A_fraction_splits_the_rows_in_two_by_the_seed(double fraction, int expected)
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationFraction = fraction;
        TrainingData Split(int seed) => TrainingData.Read(TrainingColumns.Of(Rows.View(_mlContext, _rows), options), options, seed);
        int[] training = Split(1).Training.Rows,
            validation = Split(1).Validation!.Rows;

        Assert.HasCount(expected, validation);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 90).ToArray(), training.Concat(validation).ToArray());
        CollectionAssert.AreEqual(validation, Split(1).Validation!.Rows);
        CollectionAssert.AreNotEqual(validation, Split(2).Validation!.Rows);
        Assert.IsFalse(
            validation.SequenceEqual(Enumerable.Range(0, expected)) || validation.SequenceEqual(Enumerable.Range(90 - expected, expected)),
            "the rows are shuffled, not cut"
        );
    }

    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.34)]
    [DataRow(0.8)]
    [DataRow(0.99)]
    public void A_fraction_takes_the_same_part_of_each_class_and_none_whole(double fraction)
    {
        int[] sizes = [1, 1, 2, 3, 40, 200, 1, 7, 11, 90];
        Row<uint, byte[]>[] examples = Rows.Of(10);
        Row<uint, byte[]>[] rows = [.. sizes.SelectMany((size, c) => Enumerable.Repeat(examples[c], size))];
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationFraction = fraction;

        TrainingData data = TrainingData.Read(TrainingColumns.Of(Rows.View(_mlContext, rows), options), options, seed: 3);

        for (int c = 0; c < sizes.Length; c++)
        {
            int apart = data.Validation!.Rows.Count(row => rows[row].Label == c);
            Assert.IsLessThan(sizes[c], apart, $"class {c}");
            Assert.IsLessThanOrEqualTo(1, Math.Abs(apart - Math.Min(sizes[c] - 1, fraction * sizes[c])), $"class {c}");
            Assert.AreEqual(sizes[c], apart + data.Training.Rows.Count(row => rows[row].Label == c));
        }
    }

    [TestMethod]
    public void What_a_fraction_sets_apart_never_trains_nor_is_measured_for_normalisation()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationFraction = 0.3;
        int[] training = TrainingData
            .Read(TrainingColumns.Of(Rows.View(_mlContext, _rows), options), options, options.Seed!.Value)
            .Training.Rows;
        string split = TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows));
        options.ValidationFraction = 0;

        Assert.AreEqual(split, TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, training.Select(row => _rows[row]))));
    }

    [TestMethod]
    public void A_fraction_that_leaves_a_part_empty_is_refused()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationFraction = 0.01;

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidDataException>(() => TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows[..20])))
                .Message,
            "ValidationFraction 0.01 of 20 rows"
        );
    }

    [TestMethod]
    public void A_validation_set_of_another_size_is_refused_before_training()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationSet = Rows.View(
            _mlContext,
            _others.Select(row => new Row<uint, byte[]> { Label = row.Label, Features = row.Features[..768] }),
            dimensions: [3, 16, 16]
        );
        options.ProgressCallback = _ => Assert.Fail("a step was taken");

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidDataException>(() => TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows)))
                .Message,
            "16x16, the training set's 32x32"
        );
    }

    [TestMethod]
    public void Scores_that_are_no_numbers_are_wrong_answers()
    {
        var metrics = new RunningMetrics();
        metrics.Add([float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], 0);

        Assert.AreEqual(0, metrics.Accuracy);
        Assert.AreEqual(0, metrics.Top5Accuracy);
        Assert.IsTrue(double.IsNaN(metrics.Loss));
    }

    [TestMethod]
    public void Of_equal_scores_the_lower_class_comes_first_as_for_the_predicted_label()
    {
        var metrics = new RunningMetrics();
        float[] even = [.. Enumerable.Repeat(0.125f, 8)];
        for (int label = 0; label < 8; label++)
            metrics.Add(even, label);

        Assert.AreEqual(1 / 8.0, metrics.Accuracy);
        Assert.AreEqual(5 / 8.0, metrics.Top5Accuracy);
        Assert.AreEqual(Math.Log(8), metrics.Loss, 1e-12);
    }
}
