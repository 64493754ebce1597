using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>
/// What a training does with an average of its weights; that it is the right one, <see cref="HandWrittenLoopTests"/> show.
/// </summary>
[TestClass]
public sealed class AveragingTests
{
    private readonly MLContext _mlContext = new();
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    public static IEnumerable<Averaging> Both => [new WeightAverage(0.9), new Lookahead(3, 0.7)];

    [TestMethod]
    [DynamicData(nameof(Both))]
    public void Validation_measures_the_average_which_the_model_has(Averaging averaging)
    {
        List<EpochMetrics> seen = [],
            plain = [];
        ImageClassificationOptions options = Options(averaging);
        options.MetricsCallback = seen.Add;
        using ImageClassificationTransformer model = Fit(options);

        Assert.AreEqual(
            seen[^1].ValidationLoss,
            _mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet!)).LogLoss
        );
        options = Options(null);
        options.MetricsCallback = plain.Add;
        Fit(options).Dispose();
        Assert.AreNotEqual(plain[^1].ValidationLoss, seen[^1].ValidationLoss);
        // The moving average leaves the training itself alone.
        Assert.AreEqual(averaging is WeightAverage, plain[^1].Loss == seen[^1].Loss);
    }

    [TestMethod]
    [DynamicData(nameof(Both))]
    public void The_best_epoch_is_that_of_the_average(Averaging averaging)
    {
        List<EpochMetrics> seen = [];
        ImageClassificationOptions options = Options(averaging);
        (options.RestoreBestWeights, options.EarlyStopping, options.MetricsCallback) = (true, new(Patience: 100), seen.Add);
        using ImageClassificationTransformer model = Fit(options);

        Assert.AreEqual(
            seen.Min(metrics => metrics.ValidationLoss),
            _mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet!)).LogLoss
        );
    }

    [TestMethod]
    [DynamicData(nameof(Both))]
    public void A_training_cancelled_at_any_batch_and_resumed_ends_with_the_same_bytes(Averaging averaging)
    {
        List<double?> straight = [],
            resumed = [];
        ImageClassificationOptions options = Options(averaging);
        options.MetricsCallback = metrics => straight.Add(metrics.ValidationLoss);
        using ImageClassificationTransformer expected = Fit(options);

        foreach (int batch in new[] { 1, 2, 4, 3, 5, int.MaxValue })
        {
            options = Options(averaging);
            (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
            options.CancelledAfter(batch).MetricsCallback = metrics => resumed.Add(metrics.ValidationLoss);
            if (batch < int.MaxValue)
            {
                Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));
                continue;
            }

            using ImageClassificationTransformer actual = Fit(options);
            Assert.AreEqual(TinyImages.Hash(expected), TinyImages.Hash(actual));
            CollectionAssert.AreEqual(straight, resumed);
        }

        options = Options(averaging);
        (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
        using ImageClassificationTransformer ended = Fit(options);
        Assert.AreEqual(TinyImages.Hash(expected), TinyImages.Hash(ended), "of the checkpoint of the end");
    }

    [TestMethod]
    public void What_is_frozen_stays_as_it_is_to_the_last_bit()
    {
        ImageClassificationOptions frozen = Options(null);
        (frozen.FrozenLayers, frozen.Epochs) = (["conv"], 1);
        using ImageClassificationTransformer expected = Fit(frozen);
        ImageClassificationOptions options = Options(new WeightAverage(0.9));
        options.FrozenLayers = ["conv"];
        using ImageClassificationTransformer actual = Fit(options);

        using DisposeScope scope = NewDisposeScope();
        Assert.IsTrue(Kernel(expected).equal(Kernel(actual)).all().item<bool>());
    }

    [TestMethod]
    public void Slow_weights_that_never_move_are_warned_of()
    {
        (IDataView train, _) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Averaging = new Lookahead(Every: 1000);
        List<string> warnings = [];
        _mlContext.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(entry.RawMessage);
        };
        _mlContext.Padam().ImageClassifier(options).Fit(train).Dispose();
        Assert.IsTrue(warnings.Exists(line => line.Contains("Averaging.Every is 1000", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void An_average_that_is_not_finite_is_seen()
    {
        using DisposeScope scope = NewDisposeScope();
        using var linear = nn.Linear(2, 2);
        using (no_grad())
            linear.weight.fill_(-3e38);
        using var average = new AveragedWeights(new WeightAverage(0.5), linear, steps: 10);
        Assert.IsTrue(average.IsFinite());
        using (no_grad())
            linear.weight.fill_(3e38);

        average.Update(1);

        Assert.IsFalse(average.IsFinite(), "the difference is larger than any float");
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(false, true)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public void An_average_that_is_not_finite_ends_the_training_as_diverged_without_model_or_checkpoint(bool slow, bool onDevice)
    {
        Backbone.Register(nameof(Leaping), classes => new Leaping(classes));
        ImageClassificationOptions options = Options(slow ? new Lookahead(1) : new WeightAverage(0.5));
        (options.Backbone, options.Compute) = (Backbone.Parse(nameof(Leaping)), new() { AsOnDevice = onDevice });
        options.CheckpointFolder = _folder["checkpoint"];
        options.MetricsCallback = _ => Assert.Fail("no epoch ended");

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => Fit(options));

        Assert.AreEqual(1, error.Epoch);
        // Slow weights are the network's own from each meeting on.
        StringAssert.Contains(error.Message, slow ? "A weight is infinite" : "The average of a weight is infinite or no number");
        Assert.IsFalse(File.Exists(_folder["checkpoint/checkpoint.zip"]));
        (options.Averaging, options.MetricsCallback, options.CheckpointFolder) = (null, null, null);
        Fit(options).Dispose();
    }

    private static Tensor Kernel(ImageClassificationTransformer model)
    {
        using var folder = new TemporaryFolder();
        model.SaveWeights(folder["weights"], WeightsFormat.Safetensors);
        return MLNet.Persistence.Safetensors.Read(folder["weights"]).Single(entry => entry.Name == "conv.weight").Tensor;
    }

    private ImageClassificationOptions Options(Averaging? averaging)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        options.Averaging = averaging;
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(40, seed: 4));
        return options;
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(120)));

    // All of it is finite at each step; what lies between two of them is not.
    private sealed class Leaping : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear linear;

        internal Leaping(int classes)
            : base(nameof(Leaping))
        {
            linear = nn.Linear(3, classes);
            register_buffer("leap", full(1, 3e38f));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            if (training)
            {
                using (no_grad())
                    get_buffer("leap")!.neg_();
            }

            return linear.forward(images.mean([2, 3]));
        }
    }
}
