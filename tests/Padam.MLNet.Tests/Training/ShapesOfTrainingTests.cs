using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Odd numbers of rows, batches and classes, and networks of the user's own.</summary>
[TestClass]
public sealed class ShapesOfTrainingTests
{
    private readonly MLContext _mlContext = new();

    [TestMethod]
    [DataRow(1000, DisplayName = "a batch larger than the set")]
    [DataRow(39, DisplayName = "a last batch of one")]
    [DataRow(1, DisplayName = "batches of one")]
    [DataRow(7, DisplayName = "a set that the batch does not divide")]
    public void A_training_runs_with(int batchSize)
    {
        ImageClassificationOptions options = TinyImages.Options();
        int images = 0;
        (options.BatchSize, options.ProgressCallback) = (batchSize, progress => images = progress.Images);
        IDataView data = Rows.View(_mlContext, Rows.Of(40));
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);

        Assert.AreEqual(40, images);
        foreach (float[] score in TinyImages.Scores(_mlContext, model, data))
            Assert.AreEqual(1, score.Sum(), 1e-5);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(1000)]
    public void A_training_runs_with_so_many_classes(int classes)
    {
        Row<uint, byte[]>[] rows =
        [
            .. Rows.Of(60, classes: 2)
                .Select(row => new Row<uint, byte[]> { Label = row.Label * (uint)(classes - 1), Features = row.Features }),
        ];
        IDataView data = Rows.View(_mlContext, rows, classes);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 8)).Fit(data);

        MulticlassClassificationMetrics metrics = _mlContext.MulticlassClassification.Evaluate(
            model.Transform(data),
            topKPredictionCount: Math.Min(5, classes)
        );

        Assert.AreEqual(classes, model.Classes);
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
        Assert.HasCount(classes, TinyImages.Scores(_mlContext, model, data)[0]);
    }

    [TestMethod]
    public void A_network_of_ones_own_may_call_view()
    {
        Backbone.Register("views", classes => new Viewing(classes));
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("views");
        IDataView data = Rows.View(_mlContext, Rows.Of(40));

        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);

        Assert.HasCount(40, TinyImages.Scores(_mlContext, model, data));
    }

    [TestMethod]
    [DataRow(ScalarType.Float64, 1e-6)]
    [DataRow(ScalarType.BFloat16, 0.05)]
    public void A_network_that_puts_out_other_numbers_than_singles_has_the_loss_of_one_that_does(ScalarType type, double tolerance)
    {
        double Loss(ScalarType last)
        {
            double loss = double.NaN;
            Backbone.Register($"ends in {last}", classes => nn.Sequential(("flat", nn.Flatten()), ("end", new Ending(classes, last))));
            ImageClassificationOptions options = TinyImages.Options(epochs: 1);
            options.Backbone = Backbone.Parse($"ends in {last}");
            options.MetricsCallback = metrics => loss = metrics.Loss;
            TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, Rows.Of(20)));
            return loss;
        }

        double expected = Loss(ScalarType.Float32);
        Assert.AreEqual(expected, Loss(type), tolerance * expected);
    }

    [TestMethod]
    public void A_network_that_yields_something_else_than_logits_is_named_by_its_shape()
    {
        Backbone.Register("wrong", classes => nn.Sequential(("flat", nn.Flatten()), ("linear", nn.Linear(TinyImages.Bytes, classes + 1))));
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("wrong");

        StringAssert.Contains(
            Assert
                .ThrowsExactly<ArgumentException>(() => TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, Rows.Of(40))))
                .Message,
            "logits [1, 10]"
        );
    }

    [TestMethod]
    public void Images_too_small_for_the_network_are_refused_before_they_are_read()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("vgg16");
        IEnumerable<Row<uint, byte[]>> Unread()
        {
            Assert.Fail("a row was read");
            yield break;
        }

        StringAssert.Contains(
            Assert
                .ThrowsExactly<ArgumentException>(() =>
                    TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, Unread(), dimensions: [3, 16, 16]))
                )
                .Message,
            "at least 32x32"
        );
    }

    [TestMethod]
    public void An_optimizer_factory_that_throws_leaves_no_tensor()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Optimizer = new MLNet.Optimizers.CustomOptimizerOptions(_ => throw new FormatException("mine"));
        IDataView data = Rows.View(_mlContext, Rows.Of(40));

        LiveTensors.AreNotLeftBy(
            () => Assert.ThrowsExactly<FormatException>(() => TinyImages.TrainedHash(_mlContext, options, data)),
            networks: 1
        );
    }

    private sealed class Viewing : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _convolution,
            _linear;

        internal Viewing(int classes)
            : base(nameof(Viewing))
        {
            (_convolution, _linear) = (nn.Conv2d(3, 4, 3, stride: 4), nn.Linear(256, classes));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => _linear.forward(_convolution.forward(images).view(images.shape[0], -1));
    }

    private sealed class Ending : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _linear;
        private readonly ScalarType _type;

        public Ending(int classes, ScalarType type)
            : base(nameof(Ending))
        {
            (_linear, _type) = (nn.Linear(TinyImages.Bytes, classes), type);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _linear.forward(input).to(_type);
    }
}
