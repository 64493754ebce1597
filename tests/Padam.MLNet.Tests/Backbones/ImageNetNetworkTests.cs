using System.Text.Json;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

/// <summary>The networks for photographs, against torchvision's (Golden/imagenet_networks.py).</summary>
[TestClass]
public sealed class ImageNetNetworkTests
{
    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("resnet34")]
    [DataRow("resnet50")]
    [DataRow("resnet101")]
    [DataRow("resnet152")]
    [DataRow("vgg11")]
    [DataRow("vgg13")]
    [DataRow("vgg16")]
    [DataRow("vgg19")]
    public void Names_shapes_and_order_of_the_state_are_those_of_torchvision(string name)
    {
        using JsonDocument states = JsonDocument.Parse(File.ReadAllBytes(GoldenNetwork.PathOf("torchvision-states")));
        string[] expected =
        [
            .. states
                .RootElement.GetProperty(name.StartsWith("vgg") ? $"{name}_bn" : name)
                .EnumerateArray()
                .Select(entry => $"{entry[0].GetString()} [{string.Join(", ", entry[1].Deserialize<long[]>()!)}]"),
        ];

        using var network = Backbone.Parse($"imagenet-{name}").Build(classes: 1000);

        CollectionAssert.AreEqual(
            expected,
            network.NamedState().Select(entry => $"{entry.Name} [{string.Join(", ", entry.Tensor.shape)}]").ToArray()
        );
    }

    [TestMethod]
    [DataRow("imagenet-resnet18", false, ConvolutionAlgorithm.Direct)]
    [DataRow("imagenet-resnet18", true, ConvolutionAlgorithm.Auto)]
    [DataRow("imagenet-resnet50", true, ConvolutionAlgorithm.Direct)]
    [DataRow("imagenet-vgg11", true, ConvolutionAlgorithm.Auto)]
    public void A_training_step_and_an_evaluation_equal_torchvisions(string name, bool channelsLast, ConvolutionAlgorithm algorithm)
    {
        using DisposeScope scope = NewDisposeScope();
        GoldenNetwork golden = GoldenNetwork.Load(name);
        using Network network = (Network)Backbone.Parse(name).Build(10);
        golden.Fill(network);
        if (channelsLast)
            network.ToChannelsLast();
        network.Use(algorithm);
        foreach (TorchSharp.Modules.Dropout dropout in network.modules().OfType<TorchSharp.Modules.Dropout>())
            dropout.eval();

        Tensor images = golden.Images(),
            logits = network.forward(images),
            loss = nn.functional.cross_entropy(logits, golden.Labels());
        loss.backward();
        golden.AssertClose("train_logits", logits);
        Assert.AreEqual(golden.Loss, loss.item<float>(), GoldenNetwork.Tolerance * golden.Loss);
        // As in GoldenNetworkTests: an activation within rounding of zero may change its side of a ReLU.
        golden.AssertGradientsClose(network, 10 * GoldenNetwork.Tolerance);

        network.eval();
        using IDisposable _ = no_grad();
        for (int folded = 0; folded < 2; folded++)
        {
            golden.AssertClose("eval_logits", network.forward(images));
            Tensor vectors = network.Features(images);
            golden.AssertClose("feature_sums", vectors.sum(1));
            golden.AssertClose("feature_norms", vectors.norm(1));
            network.Fold();
        }
    }

    [TestMethod]
    public void Vggs_dropout_acts_in_training_and_not_in_evaluation()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        using Network network = (Network)Backbone.Parse("imagenet-vgg11").Build(2);
        Tensor images = rand(2, 3, 32, 32);
        network.train();
        double kept = network.Features(images).count_nonzero().item<long>() / (2.0 * 4096);
        network.eval();
        double all = network.Features(images).count_nonzero().item<long>() / (2.0 * 4096);
        Assert.IsTrue(kept < 0.6 * all, $"{kept} of the vector in training, {all} in evaluation.");
        Assert.IsTrue(network.forward(images).equal(network.forward(images)).all().item<bool>());
    }
}
