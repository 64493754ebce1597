using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

/// <summary>The three networks of the paper, against PyTorch's numbers for the authors' code.</summary>
[TestClass]
public sealed class GoldenNetworkTests
{
    private const double Tolerance = GoldenNetwork.Tolerance;

    [TestMethod]
    [DataRow("vgg16")]
    [DataRow("resnet18")]
    [DataRow("wrn-16-4")]
    public void Parameters_have_the_reference_names_shapes_and_order(string name)
    {
        GoldenNetwork golden = GoldenNetwork.Load(name);
        using var network = Backbone.Parse(name).Build(10);
        var parameters = network.named_parameters().ToArray();
        CollectionAssert.AreEqual(golden.Names, parameters.Select(entry => entry.name).ToArray());
        for (int i = 0; i < parameters.Length; i++)
            CollectionAssert.AreEqual(golden.Shapes[i], parameters[i].parameter.shape, golden.Names[i]);
        Assert.AreEqual(golden.ParameterCount, parameters.Sum(entry => entry.parameter.numel()));
    }

    [TestMethod]
    [DataRow("vgg16", false, ConvolutionAlgorithm.Direct)]
    [DataRow("vgg16", true, ConvolutionAlgorithm.Direct)]
    [DataRow("vgg16", true, ConvolutionAlgorithm.Auto)]
    [DataRow("vgg16", true, ConvolutionAlgorithm.Winograd)]
    [DataRow("resnet18", false, ConvolutionAlgorithm.Direct)]
    [DataRow("resnet18", true, ConvolutionAlgorithm.Direct)]
    [DataRow("resnet18", true, ConvolutionAlgorithm.Auto)]
    [DataRow("resnet18", true, ConvolutionAlgorithm.Winograd)]
    [DataRow("wrn-16-4", false, ConvolutionAlgorithm.Direct)]
    [DataRow("wrn-16-4", true, ConvolutionAlgorithm.Direct)]
    [DataRow("wrn-16-4", true, ConvolutionAlgorithm.Auto)]
    [DataRow("wrn-16-4", true, ConvolutionAlgorithm.Winograd)]
    public void A_training_step_and_an_evaluation_equal_the_reference(string name, bool channelsLast, ConvolutionAlgorithm algorithm)
    {
        using DisposeScope scope = NewDisposeScope();
        GoldenNetwork golden = GoldenNetwork.Load(name);
        using var network = Backbone.Parse(name).Build(10);
        golden.Fill(network);
        if (channelsLast)
            network.ToChannelsLast();
        network.Use(algorithm);

        Tensor images = golden.Images(),
            logits = network.forward(images);
        Tensor loss = nn.functional.cross_entropy(logits, golden.Labels());
        loss.backward();
        golden.AssertClose("train_logits", logits);
        Assert.AreEqual(golden.Loss, loss.item<float>(), Tolerance * golden.Loss);
        // Other kernels round otherwise, and an activation within rounding of zero then changes its side of a ReLU, which moves the norms
        // of all layers before it: measured against float64, plain 4e-5, channels-last 1.1e-4, Winograd 5.3e-4. (Each convolution's own
        // gradients are checked to 1e-4 in WinogradConvolutionTests.)
        double gradientTolerance =
            algorithm != ConvolutionAlgorithm.Direct ? 10 * Tolerance
            : channelsLast ? 2 * Tolerance
            : Tolerance;
        golden.AssertGradientsClose(network, gradientTolerance);

        network.eval();
        using IDisposable _ = no_grad();
        golden.AssertClose("eval_logits", network.forward(images));
        network.Fold();
        golden.AssertClose("eval_logits", network.forward(images)); // folded
    }
}
