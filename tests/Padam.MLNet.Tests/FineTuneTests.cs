using Microsoft.ML;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class FineTuneTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_folder_of_photographs_needs_no_other_setting()
    {
        Pictures.WriteStripes(_folder["photographs"], each: 8, width: 100, height: 80);
        Pictures.WriteStripes(_folder["others"], each: 4, width: 90, height: 120, seed: 2);
        IDataView photographs = _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(FineTune.LastStage("mlnet-resnet18"))
            .Fit(photographs);
        Assert.AreEqual(new ImageSize(224, 224), model.ImageSize);
        Assert.AreEqual(ImageResize.Crop, model.Preprocessing.Resize);
        IDataView others = _mlContext.Padam().LoadImageFolder(_folder["others"], model.ClassNames);
        Assert.AreEqual(1, _mlContext.MulticlassClassification.Evaluate(model.Transform(others)).MicroAccuracy);
    }

    [TestMethod]
    public void What_is_frozen_can_be_read_and_changed()
    {
        Assert.AreEqual("conv1 bn1 layer1 layer2 layer3 layer4", Frozen(FineTune.LastLayer("mlnet-resnet18")));
        Assert.AreEqual("conv1 bn1 layer1 layer2 layer3", Frozen(FineTune.LastStage("mlnet-resnet18")));
        Assert.AreEqual("", Frozen(FineTune.All("mlnet-resnet18")));
        ImageClassificationOptions options = FineTune.LastStage("mlnet-resnet18");
        options.Epochs = 1;
        Assert.IsEmpty(options.Validate());
        Assert.AreEqual(Augmentation.None, options.Augmentation);
    }

    [TestMethod]
    [DataRow("imagenet-resnet50")]
    [DataRow("imagenet-vgg11")]
    [DataRow("imagenet-vgg16")]
    [DataRow("mlnet-resnet18")]
    public void The_frozen_layers_are_all_layers_of_the_network_but_the_last(string backbone)
    {
        string file = _folder["any.safetensors"];
        File.WriteAllBytes(file, []);
        using var network = MLNet.Backbones.Backbone.Parse(backbone).Build(2);
        string[] frozen = [.. FineTune.LastLayer(backbone, file).FrozenLayers];
        string[] left =
        [
            .. network
                .named_parameters()
                .Select(entry => entry.name)
                .Where(name => !frozen.Any(layer => name.StartsWith(layer + ".", StringComparison.Ordinal))),
        ];
        string last = backbone.Contains("vgg", StringComparison.Ordinal) ? "classifier.6" : "fc";
        CollectionAssert.AreEqual(new[] { $"{last}.weight", $"{last}.bias" }, left);
        foreach (string layer in frozen)
            Assert.IsTrue(network.named_modules().Any(module => module.name == layer), layer);
    }

    [TestMethod]
    public void The_last_layer_alone_learns_two_kinds_of_pictures()
    {
        Pictures.WriteStripes(_folder["photographs"], each: 8, width: 100, height: 80);
        IDataView photographs = _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
        ImageClassificationOptions options = FineTune.LastLayer("mlnet-resnet18");
        options.ValidationFraction = 0.5;
        double accuracy = 0;
        options.MetricsCallback = metrics => accuracy = metrics.ValidationAccuracy!.Value;
        _mlContext.Padam().ImageClassifier(options).Fit(photographs).Dispose();
        Assert.AreEqual(1, accuracy);
    }

    [TestMethod]
    public void Networks_without_pretraining_and_without_known_weights_are_refused()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => FineTune.LastLayer("resnet18", "some.safetensors")).Message,
            "resnet18 is no network for photographs"
        );
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => FineTune.LastStage("imagenet-resnet18")).Message,
            "Name a file of pretrained weights for imagenet-resnet18"
        );
    }

    private static string Frozen(ImageClassificationOptions options) => string.Join(' ', options.FrozenLayers);
}
