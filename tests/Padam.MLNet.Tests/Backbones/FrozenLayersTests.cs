using Padam.MLNet.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

[TestClass]
public sealed class FrozenLayersTests
{
    [TestMethod]
    public void Frozen_layers_keep_their_weights_and_statistics_and_the_rest_learns()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("wrn-10-1").Build(10);
        FrozenLayers frozen = FrozenLayers.Freeze(network, ["conv1", "bn1", "layer1", "fc.bias"]);
        byte[][] before = State();
        network.train();
        frozen.StayInEvaluationMode();
        using optim.Optimizer sgd = optim.SGD(network.parameters(), 0.1);
        nn.functional.cross_entropy(network.forward(randn(4, 3, 8, 8)), arange(4, int64)).backward();
        sgd.step();

        byte[][] after = State();
        string[] names = [.. network.PlainState().Select(entry => entry.Name)];
        for (int i = 0; i < names.Length; i++)
        {
            bool isFrozen =
                names[i] is "fc.bias" || names[i].StartsWith("conv1.") || names[i].StartsWith("bn1.") || names[i].StartsWith("layer1.");
            Assert.AreEqual(isFrozen, before[i].AsSpan().SequenceEqual(after[i]), names[i]);
        }

        byte[][] State() => [.. network.PlainState().Select(entry => entry.Tensor.bytes.ToArray())];
    }

    [TestMethod]
    public void An_unknown_layer_is_refused_with_the_layers_there_are()
    {
        using var network = Backbone.Parse("wrn-10-1").Build(10);
        string message = Assert.ThrowsExactly<ArgumentException>(() => FrozenLayers.Freeze(network, ["conv1", "layer9"])).Message;
        StringAssert.Contains(message, "\"layer9\"");
        StringAssert.Contains(message, "conv1, bn1, layer1, layer2, layer3, fc");
        Assert.IsTrue(network.parameters().All(parameter => parameter.requires_grad), "A refused call froze something.");
    }

    [TestMethod]
    public void Freezing_everything_is_refused()
    {
        using var network = Backbone.Parse("vgg-small").Build(10);
        Assert.ThrowsExactly<ArgumentException>(() => FrozenLayers.Freeze(network, ["features", "classifier"]));
    }
}
