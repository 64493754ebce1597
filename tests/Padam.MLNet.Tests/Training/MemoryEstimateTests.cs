using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Training;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class MemoryEstimateTests
{
    [TestMethod]
    public void A_batch_larger_than_the_machine_is_refused_with_one_that_fits()
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse("resnet18").Build(10);

        string message = Assert
            .ThrowsExactly<InsufficientMemoryException>(() =>
                MemoryEstimate.RequireRoomForSteps(network, "resnet18", new ImageShape(32, 32), 100_000_000)
            )
            .Message;

        StringAssert.Matches(message, new(@"Set BatchSize to \d+ or less"));
        int fits = int.Parse(message.Split("BatchSize to ")[1].Split(' ')[0]);
        MemoryEstimate.RequireRoomForSteps(network, "resnet18", new ImageShape(32, 32), fits);
        Assert.ThrowsExactly<InsufficientMemoryException>(() =>
            MemoryEstimate.RequireRoomForSteps(network, "resnet18", new ImageShape(32, 32), fits + 1)
        );
    }

    [TestMethod]
    public void Images_of_which_not_one_fits_are_refused()
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse("vgg-small").Build(2);

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InsufficientMemoryException>(() =>
                    MemoryEstimate.RequireRoomForSteps(network, "vgg-small", new ImageShape(26_000, 26_000), 1)
                )
                .Message,
            "smaller images"
        );
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
}
