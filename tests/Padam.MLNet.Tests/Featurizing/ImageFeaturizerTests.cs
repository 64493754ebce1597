using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using Padam.MLNet.Persistence;

namespace Padam.MLNet.Tests.Featurizing;

[TestClass]
public sealed class ImageFeaturizerTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void The_vectors_of_ML_NETs_network_are_those_of_ONNX_Runtime()
    {
        const int side = 224;
        byte[][] images = [.. Enumerable.Range(0, 5).Select(i => Noise(side, seed: i))];
        IDataView data = View(images, side);
        using ImageFeaturizingTransformer featurizer = _mlContext.Padam().ImageFeaturizer(Bytes with { BatchSize = 2 }).Fit(data);
        Assert.AreEqual(512, featurizer.Features);
        float[][] vectors = Vectors(featurizer.Transform(data));

        string file = PretrainedWeights.MLNetResNet18();
        using var reference = new OnnxPipeline(
            Path.Combine(Path.GetDirectoryName(file)!, "..", "ResNetPrepOnnx", "ResNetPreprocess.onnx"),
            file
        );
        for (int i = 0; i < images.Length; i++)
        {
            float[] expected = reference.Run([.. images[i].Select(value => (float)value)], side);
            Assert.IsLessThan(1e-4 * expected.Max(Math.Abs), expected.Zip(vectors[i], (e, a) => Math.Abs(e - a)).Max(), $"image {i}");
        }
    }

    [TestMethod]
    public void Before_SDCA_in_a_pipeline_it_saves_and_loads_in_a_fresh_process_with_the_same_scores()
    {
        IDataView data = Photographs(each: 6);
        var pipeline = _mlContext
            .Padam()
            .ImageFeaturizer()
            // Or the network runs in each of the trainer's passes.
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20));
        var model = pipeline.Fit(data);
        Assert.AreEqual(1, _mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        string zip = _folder["model.zip"];
        _mlContext.Model.Save(model, data.Schema, zip);

        Assert.AreEqual((0, 512, 224), (ModelFile.Verify(zip).Classes, ModelFile.Verify(zip).Features, ModelFile.Verify(zip).Height));

        string[] paths = [.. data.GetColumn<string>("ImagePath")];
        string[] printed = FreshProcess.Run(["score-pictures", zip, .. paths]);

        string[] expected =
        [
            .. TinyImages.Scores(_mlContext, model, data).Select(score => string.Join(' ', score.Select(BitConverter.SingleToInt32Bits))),
        ];
        CollectionAssert.AreEqual(expected, printed);
    }

    [TestMethod]
    public void It_goes_before_KMeans()
    {
        IDataView data = Photographs(each: 6);
        var model = _mlContext
            .Padam()
            .ImageFeaturizer()
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.Clustering.Trainers.KMeans(numberOfClusters: 2))
            .Fit(data);
        IDataView clustered = model.Transform(data);
        uint[] clusters = [.. clustered.GetColumn<uint>("PredictedLabel")];
        CollectionAssert.AreEquivalent(new uint[] { 1, 2 }, clusters.Distinct().ToArray());
        CollectionAssert.AreEqual(clusters, model.Transform(data).GetColumn<uint>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void A_prediction_engine_gives_the_vector_of_the_batch()
    {
        byte[][] images = [.. Enumerable.Range(0, 3).Select(i => Noise(TinyImages.Side, seed: i))];
        IDataView data = View(images, TinyImages.Side);
        using ImageFeaturizingTransformer featurizer = _mlContext.Padam().ImageFeaturizer(Small()).Fit(data);
        float[][] vectors = Vectors(featurizer.Transform(data));
        var schema = SchemaDefinition.Create(typeof(Picture));
        schema[nameof(Picture.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, TinyImages.Side, TinyImages.Side);
        using PredictionEngine<Picture, Featurized> engine = _mlContext.Model.CreatePredictionEngine<Picture, Featurized>(
            featurizer,
            inputSchemaDefinition: schema
        );
        for (int i = 0; i < images.Length; i++)
        {
            float[] vector = engine.Predict(new Picture { Image = images[i] }).Features;
            for (int f = 0; f < vector.Length; f++)
                Assert.AreEqual(vectors[i][f], vector[f], 1e-5 * Math.Max(1, Math.Abs(vector[f])));
        }
    }

    [TestMethod]
    public void Vectors_of_a_classifiers_weights_are_the_same_whatever_layer_comes_last()
    {
        IDataView data = View([.. Enumerable.Range(0, 3).Select(i => Noise(TinyImages.Side, seed: i))], TinyImages.Side);
        ImageFeaturizingOptions options = Small();
        using ImageFeaturizingTransformer ofTen = _mlContext.Padam().ImageFeaturizer(options).Fit(data);
        var kept = Safetensors
            .Read(options.Weights!)
            .Where(entry => !entry.Name.StartsWith("classifier", StringComparison.Ordinal))
            .ToList();
        Safetensors.Write(_folder["without.safetensors"], kept);
        foreach (var (_, tensor) in kept)
            tensor.Dispose();
        using ImageFeaturizingTransformer without = _mlContext
            .Padam()
            .ImageFeaturizer(options with { Weights = _folder["without.safetensors"] })
            .Fit(data);
        TinyImages.AreSame(Vectors(ofTen.Transform(data)), Vectors(without.Transform(data)));
    }

    [TestMethod]
    public void Its_zip_holds_no_last_layer_and_loads_to_the_same_vectors()
    {
        IDataView data = View([.. Enumerable.Range(0, 3).Select(i => Noise(TinyImages.Side, seed: i))], TinyImages.Side);
        using ImageFeaturizingTransformer featurizer = _mlContext.Padam().ImageFeaturizer(Small()).Fit(data);
        _mlContext.Model.Save(featurizer, data.Schema, _folder["model.zip"]);
        ITransformer loaded = new MLContext().Model.Load(_folder["model.zip"], out _);
        TinyImages.AreSame(Vectors(featurizer.Transform(data)), Vectors(loaded.Transform(data)));
        using var zip = System.IO.Compression.ZipFile.OpenRead(_folder["model.zip"]);
        using Stream weights = zip.Entries.Single(entry => entry.Name == "Weights.safetensors").Open();
        using var text = new StreamReader(weights, System.Text.Encoding.Latin1);
        Assert.IsFalse(text.ReadToEnd().Contains("classifier", StringComparison.Ordinal));
    }

    [TestMethod]
    public void All_faults_of_the_options_are_told_at_once()
    {
        string message = Assert
            .ThrowsExactly<ArgumentException>(() =>
                _mlContext
                    .Padam()
                    .ImageFeaturizer(
                        new ImageFeaturizingOptions
                        {
                            Backbone = Backbone.Parse("resnet18"),
                            InputColumnName = "",
                            BatchSize = 0,
                            PixelScale = -1,
                        }
                    )
            )
            .Message;
        foreach (
            string part in new[] { "Weights is null", "Normalization is null", "InputColumnName", "BatchSize is 0", "PixelScale is -1" }
        )
            StringAssert.Contains(message, part);
    }

    [TestMethod]
    public void Parts_of_the_options_that_are_not_there_or_not_known_are_named()
    {
        ImageFeaturizingOptions options = new() { Weights = null, Normalization = null };
        foreach (
            (ImageFeaturizingOptions Options, string Said) in new[]
            {
                (options with { Backbone = null! }, "Backbone is null"),
                (options with { OutputColumnName = " " }, "OutputColumnName is empty"),
                (options with { ConvolutionAlgorithm = (ConvolutionAlgorithm)9 }, "ConvolutionAlgorithm 9 is not known; use Auto"),
                (options with { Preprocessing = null! }, "Preprocessing is null"),
                (options with { Preprocessing = new() { Resize = (ImageResize)9 } }, "Preprocessing.Resize"),
                (options with { ImageSize = new(0, 224) }, "ImageSize."),
                (options with { PixelScale = double.PositiveInfinity }, "PixelScale is"),
            }
        )
            StringAssert.StartsWith(Options.Validate().Single(), Said);
        Assert.IsEmpty(options.Validate());
    }

    [TestMethod]
    public void A_registered_network_and_a_missing_file_are_refused()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().ImageFeaturizer(TinyImages.Backbone, "none.onnx")).Message,
            "\"tiny\", a registered network"
        );
        StringAssert.Contains(
            Assert
                .ThrowsExactly<ArgumentException>(() =>
                    _mlContext.Padam().ImageFeaturizer(Backbone.Parse("imagenet-resnet18"), "none.onnx")
                )
                .Message,
            "'none.onnx' does not exist"
        );
    }

    [TestMethod]
    public void Weights_of_another_network_and_columns_of_another_size_are_refused_by_name()
    {
        ImageFeaturizingOptions options = Small();
        IDataView data = View([Noise(TinyImages.Side, seed: 1)], TinyImages.Side);
        InvalidDataException fault = Assert.ThrowsExactly<InvalidDataException>(() =>
            _mlContext.Padam().ImageFeaturizer(options with { Backbone = Backbone.Parse("resnet18") }).Fit(data)
        );
        StringAssert.Contains(fault.Message, "vgg-small");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().ImageFeaturizer(Bytes).Fit(data)).Message,
            "mlnet-resnet18 takes images of 224x224 pixels only"
        );
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            _mlContext.Padam().ImageFeaturizer(options with { InputColumnName = "Picture" }).Fit(data)
        );
    }

    [TestMethod]
    public void A_disposed_featurizer_says_its_own_name()
    {
        IDataView data = View([Noise(TinyImages.Side, seed: 1)], TinyImages.Side);
        ImageFeaturizingTransformer featurizer = _mlContext.Padam().ImageFeaturizer(Small()).Fit(data);
        IDataView featurized = featurizer.Transform(data);
        featurizer.Dispose();
        Assert.AreEqual(
            nameof(ImageFeaturizingTransformer),
            Assert.ThrowsExactly<ObjectDisposedException>(() => Vectors(featurized)).ObjectName
        );
    }

    private static ImageFeaturizingOptions Bytes => new();

    // A network of seconds, with weights as drawn.
    private ImageFeaturizingOptions Small()
    {
        string weights = _folder["vgg-small.safetensors"];
        using (var network = Backbone.Parse("vgg-small").Build(10))
        {
            var state = network.PlainState();
            Safetensors.Write(weights, state);
            foreach (var (_, tensor) in state)
                tensor.Dispose();
        }

        return new()
        {
            Backbone = Backbone.Parse("vgg-small"),
            Weights = weights,
            Normalization = Normalization.Cifar10,
        };
    }

    // Of one kind, fine stripes across; of the other, down.
    private IDataView Photographs(int each)
    {
        Pictures.WriteStripes(_folder["photographs"], each, width: 100, height: 80);
        return _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
    }

    private IDataView View(byte[][] images, int side)
    {
        var schema = SchemaDefinition.Create(typeof(Picture));
        schema[nameof(Picture.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, side, side);
        return _mlContext.Data.LoadFromEnumerable(images.Select(image => new Picture { Image = image }), schema);
    }

    private float[][] Vectors(IDataView featurized) =>
        [.. _mlContext.Data.CreateEnumerable<Featurized>(featurized, reuseRowObject: false).Select(row => row.Features)];

    private static byte[] Noise(int side, int seed)
    {
        byte[] image = new byte[3 * side * side];
        new Random(seed).NextBytes(image);
        return image;
    }

    private sealed class Picture
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Featurized
    {
        public float[] Features { get; set; } = [];
    }
}
