using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

/// <summary>airbench94's network, against PyTorch's numbers (Golden/airbench94.py) and by what it promises.</summary>
[TestClass]
public sealed class AirbenchTests
{
    private readonly MLContext _mlContext = new();

    [TestMethod]
    [DataRow(false, ConvolutionAlgorithm.Direct)]
    [DataRow(true, ConvolutionAlgorithm.Direct)]
    [DataRow(true, ConvolutionAlgorithm.Auto)]
    [DataRow(true, ConvolutionAlgorithm.Winograd)]
    public void A_training_step_and_an_evaluation_equal_the_reference(bool channelsLast, ConvolutionAlgorithm algorithm)
    {
        using DisposeScope scope = NewDisposeScope();
        GoldenNetwork golden = GoldenNetwork.Load("airbench94");
        using var network = Backbone.Parse("airbench94").Build(10);
        CollectionAssert.AreEqual(golden.Names, network.named_parameters().Select(entry => entry.name).ToArray());
        Assert.AreEqual(golden.ParameterCount, network.parameters().Sum(parameter => parameter.numel()));
        golden.Fill(network);
        if (channelsLast)
            network.ToChannelsLast();
        network.Use(algorithm);

        Tensor logits = network.forward(golden.Images());
        Tensor loss = nn.functional.cross_entropy(logits, golden.Labels());
        loss.backward();
        golden.AssertClose("train_logits", logits);
        Assert.AreEqual(golden.Loss, loss.item<float>(), 1e-4);
        golden.AssertClose("gradient_norms", stack(network.TrainedParameters().Select(entry => entry.parameter.grad!.norm())), 1e-3);

        network.eval();
        golden.AssertClose("eval_logits", network.forward(golden.Images()));
        network.Fold();
        golden.AssertClose("eval_logits", network.forward(golden.Images()));
    }

    [TestMethod]
    public void Patches_come_out_of_the_first_layer_with_variance_one_and_uncorrelated()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        using var network = Backbone.Parse("airbench94").Build(10);
        Tensor images = rand([40, 3, 16, 16], generator: new Generator(3));
        // Neighbours alike, as in pictures.
        images = nn.functional.avg_pool2d(images, 3, stride: 1) * 4;

        ((IWhitened)network).Whiten([images.narrow(0, 0, 25), images.narrow(0, 25, 15)]);

        Tensor weight = network.get_parameter("whiten.weight")!;
        Tensor values = nn.functional.conv2d(images, weight.narrow(0, 0, 12)).permute(1, 0, 2, 3).reshape(12, -1);
        Tensor products = values.matmul(values.T) / values.shape[1];
        Assert.IsLessThan(1e-3, (products - products.diag().diag()).abs().max().ToDouble(), "uncorrelated");
        // An eigenvalue l comes out as l / (l + 5e-4), the largest first.
        float[] variances = products.diag().data<float>().ToArray();
        Assert.AreEqual(1, variances[0], 1e-3);
        Assert.IsTrue(variances.All(variance => variance is > 0.9f and < 1.0001f), string.Join(' ', variances));
        Assert.IsTrue(weight.narrow(0, 12, 12).equal(-weight.narrow(0, 0, 12)).all().item<bool>(), "and their negatives");
    }

    [TestMethod]
    public void A_training_whitens_first_keeps_that_weight_and_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, Tensor> Trained(int epochs, bool resume, ICollection<double> losses)
        {
            ImageClassificationOptions options = TinyImages.Options(epochs);
            options.Backbone = Backbone.Parse("airbench94");
            options.Optimizer = new SgdOptions
            {
                LearningRate = 0.01,
                Nesterov = true,
                Rules = [ParameterRule.For("*.norm1.bias", rate: 4), ParameterRule.For("whiten.bias", epochs: 1)],
            };
            options.MetricsCallback = metrics => losses.Add(metrics.Loss);
            if (resume)
                (options.CheckpointFolder, options.Resume) = (folder["checkpoint"], true);
            using ImageClassificationTransformer model = _mlContext
                .Padam()
                .ImageClassifier(options)
                .Fit(Rows.View(_mlContext, Rows.Of(64)));
            string file = folder[$"{Guid.NewGuid():N}"];
            model.SaveWeights(file, WeightsFormat.Safetensors);
            return Safetensors.Read(file).ToDictionary(entry => entry.Name, entry => entry.Tensor);
        }

        using DisposeScope scope = NewDisposeScope();
        List<double> losses = [];
        Dictionary<string, Tensor> one = Trained(1, resume: false, []),
            three = Trained(3, resume: false, losses);

        static bool AreSame(Tensor a, Tensor b) => a.equal(b).all().item<bool>();
        Assert.IsTrue(AreSame(one["whiten.weight"], three["whiten.weight"]), "it is not trained");
        Assert.IsTrue(AreSame(one["whiten.bias"], three["whiten.bias"]), "it is trained for one epoch");
        Assert.IsGreaterThan(0, one["whiten.bias"].abs().max().ToDouble());
        Assert.IsFalse(AreSame(one["block1.conv1.weight"], three["block1.conv1.weight"]));
        Assert.IsTrue(AreSame(three["block1.norm1.weight"], ones(64)), "there is no scale");
        Assert.IsLessThan(losses[0], losses[^1]);
    }

    [TestMethod]
    public void The_first_filters_are_the_identity()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("airbench94").Build(10);
        Tensor images = rand(1, 64, 8, 8);

        Tensor output = nn.functional.conv2d(images, network.get_parameter("block2.conv1.weight")!, padding: [1, 1]);

        Assert.IsTrue(output.narrow(1, 0, 64).allclose(images));
        Assert.IsFalse(output.narrow(1, 64, 64).allclose(images));
    }
}
