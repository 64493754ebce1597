using Microsoft.ML;
using Microsoft.ML.Data;
using Onnx;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Models;

/// <summary>Classifiers written as ONNX files answer in ONNX Runtime as they do here.</summary>
[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class SaveOnnxTests : IDisposable
{
    private const float Tolerance = 1e-5f;

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<(string Backbone, int Side)> Families => MadeUpModel.Families;

    public TestContext TestContext { get; set; } = null!;

    private string File => _folder["model.onnx"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Probabilities_of_each_family_are_those_of_ONNX_Runtime(string backbone, int side) => Compare(backbone, side, cifar10: null);

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Probabilities_of_real_images_are_those_of_ONNX_Runtime(string backbone, int side)
    {
        if (Environment.GetEnvironmentVariable("PADAM_CIFAR10") is not { Length: > 0 } folder)
        {
            Assert.Inconclusive("PADAM_CIFAR10 does not name a folder with CIFAR-10's binary files.");
            return;
        }

        Compare(backbone, side, folder);
    }

    [TestMethod]
    [DataRow(TestTimeAugmentation.Mirror)]
    [DataRow(TestTimeAugmentation.MirrorAndShift)]
    public void Test_time_augmentation_is_in_the_graph(TestTimeAugmentation views)
    {
        var size = new ImageSize(24, 40);
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("vgg-small"), size, views: views);
        AnswersAreThoseOfOnnxRuntime(model, MadeUpModel.Images(5, size));
    }

    [TestMethod]
    public void Singles_are_taken_with_the_white_of_the_training()
    {
        var size = new ImageSize(32, 32);
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("vgg-small"), size, PixelKind.Singles);
        float[][] images = [.. MadeUpModel.Images(5, size).Select(image => image.Select(value => value / 255f).ToArray())];
        AnswersAreThoseOfOnnxRuntime(model, images);
        using var onnx = new OnnxModel(File);
        Assert.AreEqual("Features Single [N, 3, 32, 32]", onnx.Input);
        Assert.AreEqual("1", onnx.Metadata["image_white"]);
    }

    [TestMethod]
    public void A_network_of_ones_own_from_layers_of_both_libraries_is_written()
    {
        Backbone.Register(
            "own",
            classes =>
                nn.Sequential(
                    ("one", new ConvolutionBatchNorm(3, 32, 3, stride: 2, activation: Activation.Gelu)),
                    ("two", new MaxPool(3, stride: 2, padding: 1)),
                    ("two and a half", new ConvolutionBatchNorm(32, 32, 1, activation: Activation.Silu)),
                    ("three", new Convolution(32, 32, 3, padding: 1, bias: false)),
                    ("four", new BatchNorm(32)),
                    (
                        "five",
                        nn.Sequential(nn.GELU(), nn.Conv2d(32, 64, (3, 1), stride: (1, 1), padding: (2, 0), dilation: (2, 1), groups: 2))
                    ),
                    ("six", nn.BatchNorm2d(64)),
                    ("six and a half", nn.SiLU()),
                    ("seven", nn.ReLU()),
                    ("eight", nn.MaxPool2d(2, stride: 1)),
                    ("nine", nn.AvgPool2d(3, stride: 1, padding: 1)),
                    ("ten", nn.AdaptiveAvgPool2d([3, 5])),
                    ("eleven", nn.Flatten()),
                    ("twelve", nn.Dropout(0.3)),
                    ("thirteen", nn.Linear(64 * 15, 24, hasBias: false)),
                    ("fourteen", nn.Identity()),
                    ("fifteen", nn.Linear(24, classes))
                )
        );
        var size = new ImageSize(32, 32);
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("own"), size);
        AnswersAreThoseOfOnnxRuntime(model, MadeUpModel.Images(5, size));
    }

    [TestMethod]
    public void A_network_that_averages_the_whole_map_is_written()
    {
        Backbone.Register(
            "mean",
            classes => nn.Sequential(("conv", new Convolution(3, 16, 5)), ("mean", new GlobalAveragePool()), ("fc", nn.Linear(16, classes)))
        );
        var size = new ImageSize(20, 30);
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("mean"), size);
        AnswersAreThoseOfOnnxRuntime(model, MadeUpModel.Images(5, size));
    }

    [TestMethod]
    public void A_module_of_unknown_meaning_is_refused_by_name_and_an_old_file_stays()
    {
        System.IO.File.WriteAllText(File, "old");
        NoisyNetwork.Register();
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("noisy"), new(32, 32));
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => model.SaveOnnx(File)).Message, "NoisyNetwork");
        Assert.AreEqual("old", System.IO.File.ReadAllText(File));
        CollectionAssert.AreEqual(new[] { "model.onnx" }, _folder.Files);
    }

    [TestMethod]
    public void Settings_of_a_module_that_ONNX_has_not_are_refused_by_name()
    {
        (Func<nn.Module<Tensor, Tensor>> Module, string Words)[] odd =
        [
            (() => nn.Conv2d(3, 3, 3, padding: 1, padding_mode: TorchSharp.PaddingModes.Reflect), "Conv2d with padding_mode Reflect"),
            (() => nn.MaxPool2d(3, ceil_mode: true), "MaxPool2d with ceil_mode"),
            (() => nn.AvgPool2d(2, divisor_override: 3), "AvgPool2d with divisor_override"),
            (() => nn.BatchNorm2d(3, track_running_stats: false), "BatchNorm2d with statistics of the batch"),
            (() => nn.Flatten(2, 3), "Flatten with the sides 2 to 3"),
            (() => nn.Softplus(), "of the type Softplus"),
        ];
        foreach ((Func<nn.Module<Tensor, Tensor>> module, string words) in odd)
        {
            Backbone.Register(
                "odd",
                classes =>
                    nn.Sequential(
                        module(),
                        nn.Flatten(),
                        nn.Unflatten(1, [1, -1]),
                        nn.AdaptiveAvgPool1d(5),
                        nn.Flatten(),
                        nn.Linear(5, classes)
                    )
            );
            using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("odd"), new(32, 32));
            StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => model.SaveOnnx(File)).Message, words);
        }
    }

    [TestMethod]
    public void The_file_says_what_it_takes_and_what_the_classes_are()
    {
        using var model = MadeUpModel.Of(
            _mlContext,
            Backbone.Parse("vgg-small"),
            new(24, 40),
            views: TestTimeAugmentation.Mirror,
            classNames: ["cat", "Ähre", "d", "e", "f", "g", "h", "i", "j", "k"]
        );
        model.SaveOnnx(File);
        using var onnx = new OnnxModel(File);
        Assert.AreEqual("Features Byte [N, 3, 24, 40]", onnx.Input);
        Assert.AreEqual("Score Single [N, 10]; PredictedLabel Int64 [N]", onnx.Outputs);
        string[] metadata = [.. onnx.Metadata.Select(entry => $"{entry.Key}: {entry.Value}").Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(
            new[]
            {
                "Image.BitmapPixelFormat: Rgb8",
                "Image.ColorSpaceGamma: SRGB",
                "Image.NominalPixelRange: NominalRange_0_255",
                "backbone: vgg-small",
                """class_names: ["cat","\u00C4hre","d","e","f","g","h","i","j","k"]""",
                "image_background: #000000",
                "image_exif_orientation: true",
                "image_height: 24",
                "image_resampling: bilinear",
                "image_resize: crop",
                "image_white: 255",
                "image_width: 40",
                "test_time_augmentation: Mirror",
            },
            metadata,
            string.Join(Environment.NewLine, metadata)
        );
        ModelProto file = Parsed();
        Assert.AreEqual((8, 17), (file.IrVersion, file.OpsetImport.Single().Version));
    }

    [TestMethod]
    public void Batch_normalisation_is_in_the_convolutions()
    {
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("resnet18"), new(32, 32));
        model.SaveOnnx(File);
        string[] operators = [.. Parsed().Graph.Node.Select(node => node.OpType)];
        Assert.AreEqual(20, operators.Count(type => type == "Conv"));
        // The normalisation of the pixels, and the residuals with the last layer's bias.
        Assert.AreEqual((1, 1 + 8 + 1), (operators.Count(type => type == "Mul"), operators.Count(type => type == "Add")));
        CollectionAssert.DoesNotContain(operators, "BatchNormalization");
    }

    [TestMethod]
    public void A_featurizer_answers_with_its_vectors()
    {
        var size = new ImageSize(32, 32);
        byte[][] images = MadeUpModel.Images(5, size);
        IDataView view = Rows.View(_mlContext, images.Select(image => new Row<uint, byte[]> { Features = image }));
        using ImageFeaturizingTransformer featurizer = MadeUpModel.Featurizer(_mlContext, _folder["weights.safetensors"]).Fit(view);

        featurizer.SaveOnnx(File);

        using var onnx = new OnnxModel(File);
        Assert.AreEqual(("Features Single [N, 3, 32, 32]", "255"), (onnx.Input, onnx.Metadata["image_white"]));
        Assert.AreEqual($"Vectors Single [N, {featurizer.Features}]", onnx.Outputs);
        float[][] vectors = [.. featurizer.Transform(view).GetColumn<float[]>("Vector")],
            theirs = onnx.Vectors([.. images.Select(image => image.Select(value => (float)value).ToArray())], size);
        TinyImages.AreClose(vectors, theirs, 1e-5f * vectors.Max(vector => vector.Max()));
    }

    [TestMethod]
    public void The_same_model_makes_the_same_bytes()
    {
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("vgg-small"), new(32, 32));
        model.SaveOnnx(File);
        byte[] first = System.IO.File.ReadAllBytes(File);
        model.SaveOnnx(File);
        CollectionAssert.AreEqual(first, System.IO.File.ReadAllBytes(File));
    }

    [TestMethod]
    public void A_disposed_model_and_a_path_that_is_none_are_refused()
    {
        var model = MadeUpModel.Of(_mlContext, Backbone.Parse("vgg-small"), new(32, 32));
        Assert.ThrowsExactly<ArgumentException>(() => model.SaveOnnx(""));
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.SaveOnnx(File));
        Assert.IsEmpty(_folder.Files);
    }

    private void Compare(string backbone, int side, string? cifar10)
    {
        var size = new ImageSize(side, side);
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse(backbone), size, cifar10: cifar10);
        AnswersAreThoseOfOnnxRuntime(model, MadeUpModel.Images(cifar10 is null ? 6 : 24, size, cifar10));
    }

    private void AnswersAreThoseOfOnnxRuntime<T>(ImageClassificationTransformer model, T[][] images)
        where T : unmanaged
    {
        ImageSize size = model.ImageSize;
        IDataView view = Rows.View(
            _mlContext,
            images.Select(image => new Row<uint, T[]> { Features = image }),
            values: TinyImages.Names,
            dimensions: [3, size.Height, size.Width]
        );
        TinyImages.Scored[] ours =
        [
            .. _mlContext.Data.CreateEnumerable<TinyImages.Scored>(
                model.Transform(view),
                reuseRowObject: false,
                ignoreMissingColumns: true
            ),
        ];
        model.SaveOnnx(File);
        using var onnx = new OnnxModel(File);

        (float[][] scores, long[] classes) = onnx.Run(images, size);

        TestContext.WriteLine($"{model.BackboneName}: {images.Length} images, largest difference {LargestDifference(ours, scores):E1}");
        TinyImages.AreClose([.. ours.Select(row => row.Score)], scores, Tolerance);
        CollectionAssert.AreEqual(ours.Select(row => row.PredictedLabel - 1L).ToArray(), classes);
        // That the comparison says something: sure answers, and not always the same.
        Assert.IsGreaterThan(0.15f, scores.Max(row => row.Max()));
        Assert.IsGreaterThan(0.01f, scores.Max(row => Math.Abs(row[0] - scores[0][0])));
        // Any batch size.
        TinyImages.AreClose(scores[..1], onnx.Run(images[..1], size).Scores, Tolerance);
    }

    private static float LargestDifference(TinyImages.Scored[] ours, float[][] scores) =>
        ours.Zip(scores, (row, other) => row.Score.Zip(other, (a, b) => Math.Abs(a - b)).Max()).Max();

    private ModelProto Parsed() => ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(File));
}
