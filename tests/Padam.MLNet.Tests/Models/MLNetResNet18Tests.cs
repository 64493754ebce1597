using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using Padam.MLNet.Models;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Models;

/// <summary>The pretrained network of Microsoft.ML.DnnImageFeaturizer.ResNet18, whose files the build puts beside the tests.</summary>
[TestClass]
public sealed class MLNetResNet18Tests
{
    private const int Side = 224;

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Features_of_drawn_images_are_those_of_ONNX_Runtime() => FeaturesAreThoseOfOnnxRuntime([.. Drawn(4)]);

    [TestMethod]
    public void Features_of_twenty_real_images_are_those_of_ONNX_Runtime()
    {
        if (Environment.GetEnvironmentVariable("PADAM_CIFAR10") is not { Length: > 0 } folder)
        {
            Assert.Inconclusive("PADAM_CIFAR10 does not name a folder with CIFAR-10's binary files.");
            return;
        }

        byte[] records = File.ReadAllBytes(Path.Combine(folder, "test_batch.bin"));
        FeaturesAreThoseOfOnnxRuntime([.. records.Chunk(1 + TinyImages.Bytes).Take(20).Select(record => Enlarged(record[1..]))]);
    }

    [TestMethod]
    public void The_state_is_torchvisions_with_a_block_more_and_the_mean_image()
    {
        using var network = Backbone.Parse("mlnet-resnet18").Build(1000);
        using var resNet18 = Backbone.Parse("imagenet-resnet18").Build(1000);
        string[] names = Names(network);
        CollectionAssert.AreEqual(
            Names(resNet18).Prepend("input.mean [3, 224, 224]").ToArray(),
            names.Where(name => !name.StartsWith("layer4.2.")).ToArray()
        );
        CollectionAssert.AreEqual(
            names.Where(name => name.StartsWith("layer4.1.")).Select(name => name.Replace("layer4.1.", "layer4.2.")).ToArray(),
            names.Where(name => name.StartsWith("layer4.2.")).ToArray()
        );

        static string[] Names(nn.Module network) =>
            [.. network.NamedState().Select(entry => $"{entry.Name} [{string.Join(", ", entry.Tensor.shape)}]")];
    }

    [TestMethod]
    public void A_model_of_it_takes_bytes_as_they_are_and_keeps_mean_image_and_scores_in_its_zip()
    {
        var mlContext = new MLContext(seed: 1);
        List<string> log = [];
        mlContext.Log += (_, message) => log.Add(message.RawMessage);
        byte[][] images = [.. Drawn(3)];
        IDataView data = Rows.View(
            mlContext,
            images.Select((image, i) => new Row<uint, byte[]> { Label = (uint)(i % 2), Features = image }),
            classes: 2,
            values: null,
            3,
            Side,
            Side
        );
        ImageClassificationOptions options = TinyImages.Options(epochs: 0);
        (options.Backbone, options.InitialWeights) = (Backbone.Parse("mlnet-resnet18"), PretrainedWeights.MLNetResNet18());
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(data);
        Assert.IsTrue(log.Any(line => line.Contains("it has no last layer, so the layer fc starts afresh")), string.Join('\n', log));

        model.SaveWeights(_folder["weights.safetensors"], WeightsFormat.Safetensors);
        Dictionary<string, Tensor> weights = Safetensors
            .Read(_folder["weights.safetensors"])
            .ToDictionary(entry => entry.Name, entry => entry.Tensor);
        // ImageNet's mean is about 124, 117, 104 for red, green, blue.
        float[] means = [.. weights["input.mean"].mean([1, 2]).data<float>()];
        Assert.IsTrue(means is [> 115 and < 135, > 110 and < 125, > 95 and < 112], string.Join(", ", means));
        foreach (Tensor tensor in weights.Values)
            tensor.Dispose();

        IReadOnlyList<float[]> scores = TinyImages.Scores(mlContext, model, data);
        CollectionAssert.AreNotEqual(scores[0], scores[1]);
        mlContext.Model.Save(model, data.Schema, _folder["model.zip"]);
        Assert.AreEqual("mlnet-resnet18", ModelFile.Verify(_folder["model.zip"]).Backbone);
        TinyImages.AreSame(scores, TinyImages.Scores(mlContext, new MLContext().Model.Load(_folder["model.zip"], out _), data));
    }

    [TestMethod]
    [DataRow(32, 32)]
    [DataRow(225, 224)]
    public void Images_of_another_size_are_refused_before_training(int height, int width)
    {
        var row = new Row<uint, byte[]> { Features = new byte[3 * height * width] };
        IDataView data = Rows.View(new MLContext(), [row], classes: 2, values: null, 3, height, width);
        ImageClassificationOptions options = TinyImages.Options();
        options.Backbone = Backbone.Parse("mlnet-resnet18");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => new MLContext().Padam().ImageClassifier(options).Fit(data)).Message,
            $"mlnet-resnet18 takes images of 224x224 pixels only; these are {height}x{width}"
        );
    }

    [TestMethod]
    public void Where_the_file_is_missing_the_message_names_folder_package_and_version()
    {
        string message = Assert.ThrowsExactly<FileNotFoundException>(() => PretrainedWeights.MLNetResNet18(_folder.Path)).Message;
        StringAssert.Contains(message, _folder.Path);
        StringAssert.Contains(message, "Microsoft.ML.DnnImageFeaturizer.ResNet18");
        StringAssert.Contains(message, "0.23.1");
    }

    [TestMethod]
    public void A_folder_may_be_the_packages_own_or_hold_the_file()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
        Assert.AreEqual(beside, PretrainedWeights.MLNetResNet18());
        Assert.AreEqual(beside, PretrainedWeights.MLNetResNet18(Path.Combine(AppContext.BaseDirectory, "DnnImageModels")));
        Assert.AreEqual(beside, PretrainedWeights.MLNetResNet18(Path.GetDirectoryName(beside)));
    }

    [TestMethod]
    public void Without_the_file_of_the_mean_image_the_message_says_where_it_is_looked_for()
    {
        string alone = _folder["ResNet18.onnx"];
        File.CreateSymbolicLink(alone, PretrainedWeights.MLNetResNet18());
        using var network = Backbone.Parse("mlnet-resnet18").Build(2);
        string message = Assert.ThrowsExactly<FileNotFoundException>(() => WeightsFile.Load(network, alone)).Message;
        StringAssert.Contains(message, alone);
        StringAssert.Contains(message, "ResNetPreprocess.onnx");
    }

    [TestMethod]
    public void The_library_references_neither_the_package_nor_a_runtime_for_ONNX()
    {
        string[] references = [.. typeof(PadamCatalog).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!)];
        Assert.Contains("OnnxSharp", references);
        Assert.IsFalse(references.Any(name => name.Contains("DnnImageFeaturizer") || name.Contains("OnnxRuntime")));
    }

    private static void FeaturesAreThoseOfOnnxRuntime(byte[][] images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        string file = PretrainedWeights.MLNetResNet18();
        using var network = (Network)Backbone.Parse("mlnet-resnet18").Build(10);
        WeightsFile.Load(network, file);
        network.ToChannelsLast();
        network.Use(ConvolutionAlgorithm.Auto);
        network.eval();
        network.Fold();

        using var reference = new OnnxPipeline(
            Path.Combine(Path.GetDirectoryName(file)!, "..", "ResNetPrepOnnx", "ResNetPreprocess.onnx"),
            file
        );
        foreach (byte[] image in images)
        {
            float[] pixels = [.. image.Select(value => (float)value)],
                expected = reference.Run(pixels, Side);
            float[] actual = [.. network.Features(tensor(pixels, [1, 3, Side, Side])).data<float>()];
            float largest = expected.Max(Math.Abs);
            Assert.HasCount(512, expected);
            Assert.IsGreaterThan(1, largest);
            Assert.IsLessThan(1e-4 * largest, expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max());
        }
    }

    private static IEnumerable<byte[]> Drawn(int count) =>
        TinyImages.Records(count, classes: 10, seed: 3).Chunk(1 + TinyImages.Bytes).Select(record => Enlarged(record[1..]));

    // Each pixel seven times across and down.
    private static byte[] Enlarged(byte[] chw)
    {
        const int times = Side / TinyImages.Side;
        byte[] large = new byte[3 * Side * Side];
        for (int i = 0; i < large.Length; i++)
        {
            (int row, int x) = Math.DivRem(i, Side);
            (int channel, int y) = Math.DivRem(row, Side);
            large[i] = chw[(((channel * TinyImages.Side) + (y / times)) * TinyImages.Side) + (x / times)];
        }

        return large;
    }
}
