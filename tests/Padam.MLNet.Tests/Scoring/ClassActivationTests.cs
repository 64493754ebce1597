using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Scoring;

[TestClass]
public sealed class ClassActivationTests
{
    private const int Side = TinyImages.Side;
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Heat_lies_where_the_classes_differ()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], test: 20);
        ImageClassificationOptions options = TinyImages.Options(epochs: 3);
        options.Backbone = Backbone.Parse("vgg-small");
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(train);
        IReadOnlyList<float[]> scores = TinyImages.Scores(_mlContext, model, test);

        ClassActivationMap[] maps = [.. model.Explain(test)];

        Assert.HasCount(20, maps);
        int near = 0;
        for (int i = 0; i < maps.Length; i++)
        {
            Assert.AreEqual(Array.IndexOf(scores[i], scores[i].Max()), maps[i].ClassIndex);
            Assert.AreEqual(1, maps[i].Heat.Max(), 1e-6f);
            Assert.IsGreaterThanOrEqualTo(0, maps[i].Heat.Min());
            // Class k is a stripe of three rows from 3k on; a map has a pixel for 4 or 8 of them.
            int hottest = Array.IndexOf(maps[i].Heat, maps[i].Heat.Max()) / Side;
            near += Math.Abs(hottest - ((3 * maps[i].ClassIndex) + 1)) <= 6 ? 1 : 0;
        }

        Assert.IsGreaterThanOrEqualTo(15, near, $"{near} of 20 are hottest near their stripe");
    }

    [TestMethod]
    public void The_image_is_given_as_the_network_saw_it()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 20, test: 10);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("vgg-small");
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(train);

        ClassActivationMap map = model.Explain(test, classIndex: 4).First();

        Assert.AreEqual(4, map.ClassIndex);
        Assert.AreEqual(new ImageSize(Side, Side), map.Size);
        byte[] chw = TinyImages.Records(1, 10, seed: 2)[1..];
        byte[] expected = [.. Enumerable.Range(0, chw.Length).Select(i => chw[(i % 3 * Side * Side) + (i / 3)])];
        CollectionAssert.AreEqual(expected, map.Pixels);
    }

    /// <summary>Where the last map is averaged before the linear layer, Grad-CAM is CAM (section 3.1 of the paper).</summary>
    [TestMethod]
    [DataRow("wrn-16-4", 32)]
    [DataRow("resnet18", 32)]
    [DataRow("imagenet-resnet18", 128)]
    public void Behind_global_average_pooling_it_weighs_the_maps_as_the_last_layer_does(string backbone, int side)
    {
        using var state = TorchState.EnterWithoutGradients();
        var network = (Network)Backbone.Parse(backbone).Build(10);
        network.eval();
        using var generator = new Generator(5);
        Tensor image = randn(1, 3, side, side, generator: generator);

        Tensor heat = GradCam.Heat(network, image, 3);

        Tensor maps = network.Beginning(image, network.Stages.Count - 1);
        Tensor expected = network.LastLayer.Weight.select(0, 3).view(1, -1, 1, 1).mul(maps).sum(1, keepdim: true).relu();
        expected = nn
            .functional.interpolate(expected, [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .view(side, side);
        expected /= expected.max();
        Assert.IsLessThan(1e-4f, (heat - expected).abs().max().item<float>());
        Assert.IsTrue(network.parameters().All(parameter => parameter.grad is null), "no gradient is left at a parameter");
    }

    [TestMethod]
    public void A_network_of_ones_own_and_a_class_that_is_none_are_refused()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 20, test: 10);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(train);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => model.Explain(test)).Message, "'tiny' is a registered");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Explain(test, 10)).Message,
            "The classes are 0 to 9"
        );
    }
}
