using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Networks of the user's own are tried with one image, and leave no trace of it.</summary>
[TestClass]
public sealed class NetworkTrialTests
{
    private const int Side = 64,
        Channels = 32;

    [TestMethod]
    public void What_a_network_keeps_of_an_image_is_counted()
    {
        using nn.Module<Tensor, Tensor> network = Network(10);
        using DisposeScope scope = NewDisposeScope();

        long kept = NetworkTrial.BytesKept(network, "mine", new ImageShape(Side, Side), 10, CPU);

        // Each of two convolutions is the input of a normalisation, each rectified map that of what comes next: four maps at least.
        const double map = sizeof(float) * Channels * Side * Side;
        Assert.IsTrue(kept is > (long)(3.5 * map) and < (long)(8 * map), $"{kept / map} maps");
    }

    [TestMethod]
    public void More_pixels_are_more_memory()
    {
        using nn.Module<Tensor, Tensor> network = Network(10);
        using DisposeScope scope = NewDisposeScope();
        long Kept(int side) => NetworkTrial.BytesKept(network, "mine", new ImageShape(side, side), 10, CPU);

        Assert.AreEqual(4.0, (double)Kept(128) / Kept(64), 0.4);
    }

    [TestMethod]
    public void A_batch_that_a_network_of_ones_own_cannot_carry_is_refused_with_one_that_fits()
    {
        using nn.Module<Tensor, Tensor> network = Network(10);
        var estimate = new MemoryEstimate(network, bytesKept: 10e6);

        string message = Assert
            .ThrowsExactly<InsufficientMemoryException>(() => estimate.RequireRoom("mine", new ImageShape(Side, Side), 1000, room: 1e9))
            .Message;

        int fits = int.Parse(message.Split("BatchSize to ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.IsTrue(fits is > 50 and < 100, "1 GB at 15 MB an image, with a margin");
        StringAssert.Contains(message, "mine");
        estimate.RequireRoom("mine", new ImageShape(Side, Side), fits, room: 1e9);
    }

    [TestMethod]
    public void A_trial_moves_no_statistic_and_draws_no_random_number_of_the_training()
    {
        MLContext mlContext = new(seed: 1);
        IDataView data = Rows.View(mlContext, Rows.Of(40));
        Backbone.Register("draws when it scores", classes => new Noisy(classes));
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        options.Backbone = Backbone.Parse("draws when it scores");

        // Two trainings, of which the second is tried twice: at the size it says, and as it reads.
        string bytes = TinyImages.TrainedHash(mlContext, options, data);
        Noisy.ForwardPasses = 0;
        string again = TinyImages.TrainedHash(mlContext, options, data);

        Assert.AreEqual(bytes, again);
        Assert.AreEqual(2 + (2 * 2), Noisy.ForwardPasses, "two on trial, and two batches an epoch");
    }

    [TestMethod]
    public void A_network_that_fails_in_a_step_is_named_with_what_it_was_given()
    {
        MLContext mlContext = new(seed: 1);
        Backbone.Register("fails when training", classes => new FailsWhenTraining(classes));
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("fails when training");

        string message = Assert
            .ThrowsExactly<InvalidOperationException>(() => TinyImages.TrainedHash(mlContext, options, Rows.View(mlContext, Rows.Of(40))))
            .Message;

        StringAssert.StartsWith(message, "A step of fails when training on 32 images of 32x32 failed in libtorch: ");
        Assert.IsFalse(message.Contains('\n'), message);
    }

    private static nn.Module<Tensor, Tensor> Network(int classes)
    {
        nn.Module<Tensor, Tensor> network = nn.Sequential(
            ("conv1", nn.Conv2d(3, Channels, 3, padding: 1)),
            ("norm1", nn.BatchNorm2d(Channels)),
            ("relu1", nn.ReLU()),
            ("conv2", nn.Conv2d(Channels, Channels, 3, padding: 1)),
            ("norm2", nn.BatchNorm2d(Channels)),
            ("relu2", nn.ReLU()),
            ("pool", nn.AdaptiveAvgPool2d([1, 1])),
            ("flat", nn.Flatten()),
            ("linear", nn.Linear(Channels, classes))
        );
        return network;
    }

    // Drops out at all times, so that it draws in a forward pass of any mode.
    private sealed class Noisy : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _norm,
            _linear;

        internal Noisy(int classes)
            : base(nameof(Noisy))
        {
            (_norm, _linear) = (nn.BatchNorm2d(3), nn.Linear(192, classes));
            RegisterComponents();
        }

        internal static int ForwardPasses { get; set; }

        public override Tensor forward(Tensor images)
        {
            ForwardPasses++;
            Tensor pooled = nn.functional.adaptive_avg_pool2d(_norm.forward(images), [8, 8]);
            return _linear.forward(nn.functional.dropout(pooled.flatten(1), 0.3, training: true));
        }
    }

    private sealed class FailsWhenTraining : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _linear;

        internal FailsWhenTraining(int classes)
            : base(nameof(FailsWhenTraining))
        {
            _linear = nn.Linear(TinyImages.Bytes, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) =>
            _linear.forward(training ? images.flatten(1).narrow(1, 0, 100) : images.flatten(1));
    }
}
