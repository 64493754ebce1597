using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

[TestClass]
public sealed class MemoryLayoutTests
{
    [TestMethod]
    public void Channels_last_changes_the_layout_and_nothing_else()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("vgg-small").Build(10);
        var parameters = network.parameters().ToArray();
        float[] before = network.PlainState().SelectMany(entry => entry.Tensor.to(float32).data<float>().ToArray()).ToArray();
        network.ToChannelsLast();

        Tensor weight = network.state_dict()["features.4.weight"];
        CollectionAssert.AreEqual(new long[] { 64 * 9, 1, 64 * 3, 64 }, weight.stride());
        Assert.IsTrue(
            parameters.SequenceEqual(network.parameters(), ReferenceEqualityComparer.Instance),
            "An optimizer would hold other tensors than the network."
        );
        var plain = network.PlainState();
        Assert.IsTrue(plain.All(entry => entry.Tensor.is_contiguous()));
        CollectionAssert.AreEqual(before, plain.SelectMany(entry => entry.Tensor.to(float32).data<float>().ToArray()).ToArray());
    }

    [TestMethod]
    [DataRow("wrn-10-1", 8)]
    [DataRow("resnet50", 16)]
    [DataRow("vgg11", 32)]
    [DataRow("vgg11", 64)]
    public void Gradients_have_the_layout_of_their_parameters(string name, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse(name).Build(10);
        network.ToChannelsLast();
        network.forward(randn(4, 3, size, size)).sum().backward();
        foreach ((string parameterName, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            CollectionAssert.AreEqual(parameter.stride(), parameter.grad!.stride(), parameterName);
    }

    [TestMethod]
    [DataRow("vgg-small")]
    [DataRow("resnet50")]
    [DataRow("wrn-16-4-report")]
    public void No_tensor_outlives_a_pass_or_the_network(string name)
    {
        using Tensor images = randn(2, 3, 16, 16);
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long outside = statistics.ThreadTotalLiveCount;
        using (var network = Backbone.Parse(name).Build(10))
        {
            network.ToChannelsLast();
            using (NewDisposeScope())
                network.forward(images).sum().backward();
            foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
                parameter.grad = null;

            long start = statistics.ThreadTotalLiveCount;
            using (Tensor logits = network.forward(images))
                Assert.AreEqual(start + 1, statistics.ThreadTotalLiveCount);
            network.eval();
            using (no_grad())
            {
                network.Fold();
                using (Tensor logits = network.forward(images)) { }
                network.Unfold();
            }

            foreach ((_, Tensor tensor) in network.PlainState())
                tensor.Dispose();
            Assert.AreEqual(start, statistics.ThreadTotalLiveCount);
        }

        Assert.AreEqual(outside, statistics.ThreadTotalLiveCount);
    }
}
