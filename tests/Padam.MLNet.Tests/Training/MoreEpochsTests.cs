using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests.Training;

/// <summary>A finished training whose checkpoint is resumed with more epochs.</summary>
[TestClass]
public sealed class MoreEpochsTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _seen = [];
    private IDataView _train = null!,
        _test = null!;

    private static Dictionary<string, Schedule> Lengthened { get; } =
        new()
        {
            ["constant"] = Schedule.Constant,
            ["multi-step"] = Schedule.MultiStep([1, 3]),
            ["step decay"] = Schedule.StepDecay(2, 0.5),
            ["warm-up"] = Schedule.MultiStep([3]).WithWarmup(1.5),
        };

    private static Dictionary<string, Action<ImageClassificationOptions>> Spanning { get; } =
        new()
        {
            ["Schedule is 'cosine from 1 to 0, each epoch', which spans"] = options => options.Schedule = Schedule.Cosine(),
            ["Schedule is 'one cycle"] = options => options.Schedule = Schedule.OneCycle(),
            ["Schedule is 'mine', which spans the whole training: only Schedule.Constant, MultiStep and StepDecay"] = options =>
                options.Schedule = Schedule.Of("mine", done => 1 - (done / 2)),
            ["Schedule is 'warm-up"] = options => options.Schedule = Schedule.Linear(1, 0.5).WithWarmup(1),
            ["PartialSchedule is '"] = options =>
                (options.Optimizer, options.PartialSchedule) = (new PadamOptions(), Schedule.Linear(1, 0)),
            ["Averaging.Power is 1"] = options => options.Averaging = new Lookahead(Power: 1),
            ["Inference.TestTimeAugmentation is Mirror, with which the last epoch alone was measured"] = options =>
                options.Inference = options.Inference with { TestTimeAugmentation = TestTimeAugmentation.Mirror },
        };

    public static IEnumerable<object[]> LengthenedNames => Lengthened.Keys.Select(name => new object[] { name });

    public static IEnumerable<object[]> SpanningNames => Spanning.Keys.Select(name => new object[] { name });

    [TestInitialize]
    public void Load() => (_train, _test) = TinyImages.Load(_mlContext, _folder["data"]);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(LengthenedNames))]
    public void Ends_with_the_bytes_and_metrics_of_an_uninterrupted_training(string schedule)
    {
        ImageClassificationOptions Told(int epochs, string folder)
        {
            ImageClassificationOptions options = Options(epochs, folder);
            options.Schedule = Lengthened[schedule];
            options.Averaging = new WeightAverage(0.9);
            options.ReduceOnPlateau = new(Patience: 1, MinimumImprovement: 10);
            options.RestoreBestWeights = true;
            return options;
        }

        string expected = Trained(Told(4, "straight"));
        string[] metrics = [.. _seen];
        _seen.Clear();
        Trained(Told(2, "kept"));

        Assert.AreEqual(expected, Trained(Told(4, "kept")));
        CollectionAssert.AreEqual(metrics, _seen);
        Assert.HasCount(4, metrics);
    }

    [TestMethod]
    public void Goes_on_from_the_midst_of_the_longer_training_too()
    {
        string expected = Trained(Options(4, "straight"));
        Trained(Options(2, "kept"));
        using var source = new CancellationTokenSource();
        ImageClassificationOptions cancelled = Options(4, "kept");
        (cancelled.CancellationToken, cancelled.ProgressCallback) = (source.Token, _ => source.Cancel());
        Assert.ThrowsExactly<OperationCanceledException>(() => Trained(cancelled));

        Assert.AreEqual(expected, Trained(Options(4, "kept")));
    }

    [TestMethod]
    public void Frozen_layers_run_once_for_the_further_epochs_too()
    {
        ImageClassificationOptions Told(int epochs, string folder)
        {
            ImageClassificationOptions options = Options(epochs, folder);
            (options.Backbone, options.FrozenLayers, options.Augmentation) = (Backbone.Parse("vgg-small"), ["features"], Augmentation.None);
            return options;
        }

        string expected = Trained(Told(3, "straight"));
        Trained(Told(1, "kept"));

        Assert.AreEqual(expected, Trained(Told(3, "kept")));
    }

    [TestMethod]
    [DynamicData(nameof(SpanningNames))]
    public void What_spans_the_whole_training_is_refused_before_an_image_is_read(string said)
    {
        ImageClassificationOptions Told(int epochs)
        {
            ImageClassificationOptions options = Options(epochs, "kept");
            Spanning[said](options);
            return options;
        }

        Trained(Told(2));
        IDataView unread = Rows.View(
            _mlContext,
            Enumerable.Range(0, 1).Select(Row<uint, byte[]> (_) => throw new TimeoutException("read"))
        );
        string message = Assert
            .ThrowsExactly<InvalidOperationException>(() => _mlContext.Padam().ImageClassifier(Told(4)).Fit(unread))
            .Message;

        StringAssert.Contains(message, "is of a training of 2 epochs, and one of 4 is another from its first step: ");
        StringAssert.Contains(message, said);
        StringAssert.StartsWith(Told(4).ValidateForMoreEpochs().Single(), said);
    }

    [TestMethod]
    public void Views_that_every_epoch_is_measured_with_are_in_nobodys_way()
    {
        ImageClassificationOptions options = Options(4, "kept");
        options.Inference = new() { TestTimeAugmentation = TestTimeAugmentation.Mirror };
        options.RestoreBestWeights = true;

        Assert.IsEmpty(options.ValidateForMoreEpochs());
    }

    [TestMethod]
    [DataRow(3, DisplayName = "before its last epoch")]
    [DataRow(2, DisplayName = "in its last epoch")]
    public void A_training_that_early_stopping_ended_stays_ended(int epochs)
    {
        ImageClassificationOptions Told(int told)
        {
            ImageClassificationOptions options = Options(told, "kept");
            options.EarlyStopping = new(Patience: 1, MinimumImprovement: 10);
            return options;
        }

        string ended = Trained(Told(epochs));
        Assert.HasCount(2, _seen);

        Assert.AreEqual(ended, Trained(Told(6)));
        Assert.HasCount(2, _seen);
    }

    [TestMethod]
    public void Fewer_epochs_are_another_training()
    {
        Trained(Options(3, "kept"));

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Trained(Options(2, "kept"))).Message,
            "Epochs was 3 and is 2"
        );
    }

    [TestMethod]
    public void Other_differences_are_said_as_before()
    {
        Trained(Options(2, "kept"));
        ImageClassificationOptions options = Options(3, "kept");
        options.BatchSize = 16;

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Trained(options)).Message;
        StringAssert.Contains(message, "BatchSize was 32 and is 16");
        Assert.DoesNotContain("Epochs was", message);
    }

    private string Trained(ImageClassificationOptions options) => TinyImages.TrainedHash(_mlContext, options, _train);

    private ImageClassificationOptions Options(int epochs, string folder)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        options.Augmentation = new(CropPadding: 2, Flip: true) { AlternatingFlip = true };
        options.ValidationSet = _test;
        (options.CheckpointFolder, options.Resume) = (_folder[folder], true);
        options.MetricsCallback = metrics =>
            _seen.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metrics.Epoch} {metrics.Loss:R} {metrics.Accuracy:R} {metrics.ValidationLoss:R} {metrics.LearningRate:R}"
                )
            );
        return options;
    }
}
