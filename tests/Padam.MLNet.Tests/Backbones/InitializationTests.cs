using Padam.MLNet.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

[TestClass]
public sealed class InitializationTests
{
    private const double FanIn = 128 * 9,
        FanOut = 256 * 9;

    [TestMethod]
    [DataRow("vgg-small", Initialization.PyTorch, "features.8.weight", false)]
    [DataRow("wrn-10-4", Initialization.PyTorch, "layer3.0.conv1.weight", true)]
    [DataRow("vgg-small", Initialization.Glorot, "features.8.weight", false)]
    [DataRow("vgg-small", Initialization.VarianceScaling, "features.8.weight", false)]
    [DataRow("vgg-small", Initialization.UnitNormal, "features.8.weight", true)]
    public void Convolutions_have_the_recipes_spread_and_range(string name, Initialization initialization, string parameter, bool unbounded)
    {
        (double deviation, double bound) = (initialization, unbounded) switch
        {
            (Initialization.PyTorch, true) => (Math.Sqrt(2 / FanOut), double.PositiveInfinity),
            (Initialization.PyTorch, false) => (1 / Math.Sqrt(3 * FanIn), 1 / Math.Sqrt(FanIn)),
            (Initialization.Glorot, _) => (Math.Sqrt(2 / (FanIn + FanOut)), Math.Sqrt(6 / (FanIn + FanOut))),
            (Initialization.VarianceScaling, _) => (Math.Sqrt(1 / FanIn), 2 / 0.8796 / Math.Sqrt(FanIn)),
            _ => (1, double.PositiveInfinity),
        };
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        using var network = Backbone.Parse(name).With(new() { Initialization = initialization }).Build(10);
        Tensor weight = network.state_dict()[parameter];
        double largest = weight.abs().max().item<float>();
        Assert.AreEqual(1, weight.std().item<float>() / deviation, 0.01);
        Assert.AreEqual(0, weight.mean().item<float>() / deviation, 0.01);
        Assert.IsTrue(largest <= bound * 1.0001, $"{largest} is outside {bound}.");
        Assert.IsTrue(
            unbounded ? largest > 4 * deviation : largest > 0.95 * bound,
            $"{largest} is too small for the largest of 300,000 draws."
        );
    }

    [TestMethod]
    public void Keras_initialisations_start_biases_at_zero_and_PyTorch_does_not()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Initialization initialization in Enum.GetValues<Initialization>())
        {
            using var network = Backbone.Parse("vgg-small").With(new() { Initialization = initialization }).Build(10);
            foreach (string bias in new[] { "features.0.bias", "classifier.bias" })
                Assert.AreEqual(
                    initialization == Initialization.PyTorch,
                    network.state_dict()[bias].abs().sum().item<float>() > 0,
                    $"{initialization}, {bias}"
                );
        }
    }

    [TestMethod]
    public void The_reports_wide_network_draws_unit_normal_weights_unless_told_otherwise()
    {
        Backbone backbone = Backbone.Parse("wrn-16-4-report");
        using var network = backbone.Build(10);
        Assert.AreEqual(Initialization.UnitNormal, backbone.Settings.Initialization);
        Assert.AreEqual(1, network.state_dict()["layer3.1.conv2.weight"].std().item<float>(), 0.02);
    }

    [TestMethod]
    public void The_same_seed_draws_the_same_weights_and_another_seed_others()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Initialization initialization in Enum.GetValues<Initialization>())
        {
            byte[][] drawn =
            [
                .. new long[] { 1, 1, 2 }.Select(seed =>
                {
                    manual_seed(seed);
                    using var network = Backbone.Parse("vgg-small").With(new() { Initialization = initialization }).Build(10);
                    return network.PlainState().SelectMany(entry => entry.Tensor.bytes.ToArray()).ToArray();
                }),
            ];
            CollectionAssert.AreEqual(drawn[0], drawn[1]);
            CollectionAssert.AreNotEqual(drawn[0], drawn[2]);
        }
    }
}
