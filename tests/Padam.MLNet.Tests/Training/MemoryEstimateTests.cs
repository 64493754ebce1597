using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class MemoryEstimateTests
{
    [TestMethod]
    public void A_batch_larger_than_the_machine_is_refused_with_one_that_fits()
    {
        MemoryEstimate estimate = Of("resnet18", new(32, 32));
        void Require(int batch) => estimate.RequireRoom("resnet18", new(32, 32), batch, room: 8e9);

        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => Require(100_000_000)).Message;

        StringAssert.Matches(message, new(@"Set BatchSize to \d+ or less"));
        int fits = int.Parse(message.Split("BatchSize to ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Require(fits);
        Assert.ThrowsExactly<InsufficientMemoryException>(() => Require(fits + 1));
    }

    [TestMethod]
    public void Eighty_photographs_of_224_pixels_do_not_fit_into_23_GB_and_the_batch_that_is_named_does()
    {
        MemoryEstimate estimate = Of("resnet18", new(224, 224));

        string message = Assert
            .ThrowsExactly<InsufficientMemoryException>(() => estimate.RequireRoom("resnet18", new(224, 224), 80, room: 0.9 * 23e9))
            .Message;

        int fits = int.Parse(message.Split("BatchSize to ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        // Measured: 0.31 GB an image more, and 0.6 GB beside them.
        Assert.IsTrue((0.31 * fits) + 0.6 is > 12 and < 20, $"{fits} images");
    }

    [TestMethod]
    public void Images_of_which_not_one_fits_are_refused()
    {
        StringAssert.Contains(
            Assert
                .ThrowsExactly<InsufficientMemoryException>(() =>
                    Of("vgg-small", new(26_000, 26_000)).RequireRoom("vgg-small", new(26_000, 26_000), 1, room: 20e9)
                )
                .Message,
            "smaller images"
        );
    }

    [TestMethod]
    public void A_training_that_cannot_fit_is_refused_before_its_first_step()
    {
        MLContext mlContext = new(seed: 1);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        Backbone.Register(
            "greedy",
            classes =>
                nn.Sequential(
                    ("large", nn.Upsample(scale_factor: [24, 24])),
                    ("conv", nn.Conv2d(3, 64, 1)),
                    ("pool", nn.AdaptiveAvgPool2d([1, 1])),
                    ("flat", nn.Flatten()),
                    ("linear", nn.Linear(64, classes))
                )
        );
        (options.Backbone, options.BatchSize) = (Backbone.Parse("greedy"), 100_000);
        options.ProgressCallback = _ => Assert.Fail("a step was taken");
        IDataView many = Rows.View(mlContext, Enumerable.Range(0, 200).SelectMany(_ => Rows.Of(20)));

        string message = Assert
            .ThrowsExactly<InsufficientMemoryException>(() => mlContext.Padam().ImageClassifier(options).Fit(many))
            .Message;

        StringAssert.Contains(message, "A step of greedy on 4000 images of 32x32");
        StringAssert.Matches(message, new(@"Set BatchSize to \d+ or less"));
    }

    [TestMethod]
    public void Of_frozen_layers_at_the_beginning_nothing_is_kept()
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse("imagenet-resnet18").Build(10);
        double whole = ActivationMemory.NumbersPerPixel(network);
        foreach ((string name, Parameter parameter) in network.named_parameters())
            parameter.requires_grad = name.StartsWith("fc", StringComparison.Ordinal);

        double last = ActivationMemory.NumbersPerPixel(network);

        Assert.IsGreaterThan(0, last);
        Assert.IsLessThan(whole / 2, last, "the largest stage, while it runs");
    }

    [TestMethod]
    public void What_layers_put_out_is_counted_layer_by_layer()
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse("resnet18").Build(10);

        // Convolution and normalisation of the stem and the blocks, and of three shortcuts.
        Assert.AreEqual(
            2 * ((5 * 65_536) + (5 * 32_768) + (5 * 16_384) + (5 * 8_192)),
            ActivationMemory.NumbersPerPixel(network) * 32 * 32
        );
    }

    private static MemoryEstimate Of(string backbone, ImageShape shape)
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse(backbone).Build(10);
        return new(network, sizeof(float) * ActivationMemory.NumbersPerPixel(network) * shape.Pixels);
    }
}
