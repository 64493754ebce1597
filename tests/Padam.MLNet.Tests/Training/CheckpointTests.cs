using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Training;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class CheckpointTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private IDataView _train = null!,
        _test = null!;

    [TestInitialize]
    public void Load() => (_train, _test) = TinyImages.Load(_mlContext, _folder["data"]);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

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
        ImageClassificationOptions uninterrupted = Options(optimizer, straight);
        uninterrupted.CheckpointFolder = null;
        uninterrupted.Resume = false;
        using ImageClassificationTransformer expected = Fit(uninterrupted);

        foreach (int batch in new[] { 1, 7, 6, 9 })
            Assert.ThrowsExactly<OperationCanceledException>(() => Fit(Options(optimizer, resumed).CancelledAfter(batch)));
        using ImageClassificationTransformer actual = Fit(Options(optimizer, resumed));

        CollectionAssert.AreEqual(straight, resumed);
        CollectionAssert.AreEqual(Weights(expected), Weights(actual));
        Assert.AreEqual(expected.Epoch, actual.Epoch);
    }

    [TestMethod]
    public void A_training_cancelled_before_its_validation_pass_resumes_with_that_pass()
    {
        List<string> straight = [],
            resumed = [];
        using ImageClassificationTransformer expected = Fit(Options("padam", straight));
        Directory.Delete(_folder["checkpoint"], recursive: true);
        int lastOfFirstEpoch = 0;
        ImageClassificationOptions counting = Options("padam", []);
        counting.ProgressCallback = progress => lastOfFirstEpoch += progress.Epoch == 1 ? 1 : 0;
        Fit(counting).Dispose();
        Directory.Delete(_folder["checkpoint"], recursive: true);

        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(Options("padam", resumed).CancelledAfter(lastOfFirstEpoch)));
        Assert.IsEmpty(resumed, "The validation pass went on.");
        using ImageClassificationTransformer actual = Fit(Options("padam", resumed));

        CollectionAssert.AreEqual(straight, resumed);
        CollectionAssert.AreEqual(Weights(expected), Weights(actual));
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
            options.CheckpointFolder = _folder["custom"];
            options.Resume = true;
            return options;
        }

        IDataView few = _mlContext.Data.TakeRows(_train, 32);
        ImageClassificationOptions straight = Custom();
        straight.CheckpointFolder = _folder["straight"];
        using ImageClassificationTransformer expected = _mlContext.Padam().ImageClassifier(straight).Fit(few);
        Assert.ThrowsExactly<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(Custom().CancelledAfter(3)).Fit(few));
        using ImageClassificationTransformer actual = _mlContext.Padam().ImageClassifier(Custom()).Fit(few);

        CollectionAssert.AreEqual(Weights(expected), Weights(actual));
    }

    [TestMethod]
    public void An_ended_training_resumes_to_its_model_without_another_step()
    {
        using ImageClassificationTransformer first = Fit(Options("padam", []));
        List<string> seen = [];
        using ImageClassificationTransformer second = Fit(Options("padam", seen));

        CollectionAssert.AreEqual(Array.Empty<string>(), seen);
        CollectionAssert.AreEqual(Weights(first), Weights(second));
    }

    [TestMethod]
    public void A_checkpoint_in_the_way_is_refused_unless_it_is_to_be_resumed()
    {
        Fit(Options("padam", [])).Dispose();
        ImageClassificationOptions options = Options("padam", []);
        options.Resume = false;

        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => Fit(options)).Message, "Set Resume");
    }

    [TestMethod]
    public void A_checkpoint_of_another_training_is_refused_with_what_differs()
    {
        Fit(Options("padam", [])).Dispose();
        ImageClassificationOptions options = Options("padam", []);
        options.Optimizer = new PadamOptions { LearningRate = 0.05 };

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options)).Message;

        StringAssert.Contains(message, "Optimizer was PadamOptions");
        StringAssert.Contains(message, "0.05");
    }

    [TestMethod]
    public void A_checkpoint_resumes_under_a_culture_with_decimal_commas()
    {
        List<string> seen = [];
        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(Options("padam", seen).CancelledAfter(9)));
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator = ",";
            Fit(Options("padam", seen)).Dispose();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.HasCount(4, seen);
    }

    [TestMethod]
    public void Writing_a_checkpoint_and_reading_its_optimizer_hold_no_copy_of_the_tensors_as_bytes()
    {
        const int numbers = 4 << 20;
        using var weight = new TorchSharp.Modules.Parameter(ones(numbers / 64, 64, 1, 1));
        using optim.Optimizer optimizer = new PadamOptions().Create([("weight", weight)]);
        string path = _folder["big.zip"];
        CheckpointPosition position = new()
        {
            Settings = new Dictionary<string, string>(),
            Seed = 1,
            EpochsDone = 1,
            BatchesDone = 0,
            Sums = new RunningMetrics().Sums,
            Ended = false,
            Best = null,
        };
        long before = GC.GetAllocatedBytesForCurrentThread();

        Checkpoint.Write(
            path,
            position,
            [
                CheckpointEntries.Of(Checkpoint.Weights, [("weight", weight)]),
                CheckpointEntries.Of(optimizer),
                (Checkpoint.RandomState, stream => stream.Write(new byte[8])),
            ]
        );
        CheckpointEntries.Restore(optimizer, Checkpoint.Read(path));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.IsGreaterThan(4L * sizeof(float) * numbers, new FileInfo(path).Length);
        Assert.IsLessThan(sizeof(float) * numbers / 4, taken);
    }

    [TestMethod]
    public void What_a_killed_process_left_half_written_is_cleared_away_and_nothing_else_is()
    {
        ImageClassificationOptions options = Options("padam", []);
        string folder = Directory.CreateDirectory(options.CheckpointFolder!).FullName;
        foreach (string name in new[] { "checkpoint.zip.1f.tmp", "mine.tmp" })
            File.WriteAllText(Path.Combine(folder, name), "");

        Fit(options).Dispose();

        CollectionAssert.AreEquivalent(
            new[] { "checkpoint.zip", "lock", "mine.tmp" },
            Directory.GetFiles(folder).Select(Path.GetFileName).ToArray()
        );
    }

    [TestMethod]
    public void Cross_validation_has_a_checkpoint_for_each_fold_and_resumes_them()
    {
        double[] Folds(CancellationToken cancellation, List<string> seen)
        {
            ImageClassificationOptions options = Options("padam", seen);
            (options.ValidationSet, options.RestoreBestWeights, options.CancellationToken) = (null, false, cancellation);
            return
            [
                .. _mlContext
                    .MulticlassClassification.CrossValidate(_train, _mlContext.Padam().ImageClassifier(options), numberOfFolds: 3, seed: 5)
                    .Select(fold => fold.Metrics.LogLoss),
            ];
        }

        List<string> straight = [],
            resumed = [];
        double[] expected = Folds(default, straight);
        Assert.HasCount(12, straight);
        CollectionAssert.IsSubsetOf(
            new[] { "checkpoint.zip", "fit2", "fit3" },
            Directory.GetFileSystemEntries(_folder["checkpoint"]).Select(Path.GetFileName).ToArray()
        );
        File.Delete(_folder["checkpoint/fit3/checkpoint.zip"]);

        CollectionAssert.AreEqual(expected, Folds(default, resumed));
        CollectionAssert.AreEqual(straight[8..], resumed, "the third fold alone was trained again");
    }

    [TestMethod]
    public void Cross_validation_over_the_checkpoints_of_another_is_refused_before_the_first_fold()
    {
        Directory.CreateDirectory(_folder["checkpoint/fit2"]);
        File.WriteAllBytes(_folder["checkpoint/fit2/checkpoint.zip"], [1]);
        ImageClassificationOptions options = Options("padam", []);
        options.Resume = false;

        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => Fit(options)).Message, "fit2");
    }

    [TestMethod]
    public void A_folder_in_use_by_another_training_is_refused()
    {
        ImageClassificationOptions outer = Options("padam", []),
            inner = Options("padam", []);
        outer.MetricsCallback = _ => StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => Fit(inner)).Message, "Another training");

        Fit(outer).Dispose();
    }

    [TestMethod]
    public void A_flipped_bit_anywhere_in_a_checkpoint_is_refused_or_harmless()
    {
        Fit(Options("padam", [])).Dispose();
        string file = Path.Combine(_folder["checkpoint"], "checkpoint.zip");
        byte[] bytes = File.ReadAllBytes(file);
        using ImageClassificationTransformer expected = Fit(Options("padam", []));
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] broken = [.. bytes];
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, broken);
            try
            {
                using ImageClassificationTransformer actual = Fit(Options("padam", []));
                CollectionAssert.AreEqual(Weights(expected), Weights(actual));
            }
            catch (InvalidDataException fault)
            {
                StringAssert.Contains(fault.Message, file);
            }
        }
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(_train);

    private ImageClassificationOptions Options(string optimizer, List<string> seen)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        options.Optimizer = OptimizerOptionsBase.Parse(optimizer);
        options.Augmentation = new(CropPadding: 2, Flip: true);
        options.Schedule = MLNet.Schedules.Schedule.Cosine(unit: MLNet.Schedules.ScheduleUnit.Step);
        options.ValidationSet = _test;
        options.RestoreBestWeights = true;
        options.CheckpointFolder = _folder["checkpoint"];
        options.Resume = true;
        options.MetricsCallback = metrics =>
            seen.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metrics.Epoch} {metrics.Loss:R} {metrics.Accuracy:R} {metrics.MacroAccuracy:R} {metrics.ValidationLoss:R} "
                        + $"{metrics.ValidationAccuracy:R} {metrics.ValidationMacroAccuracy:R} {metrics.LearningRate:R}"
                )
            );
        return options;
    }

    private byte[] Weights(ImageClassificationTransformer model)
    {
        string file = _folder[$"{Guid.NewGuid():N}.safetensors"];
        model.SaveWeights(file, WeightsFormat.Safetensors);
        return File.ReadAllBytes(file);
    }
}
