using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;

namespace Padam.MLNet.Tests.Models;

[TestClass]
public sealed class ModelZipTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_plain_load_in_a_fresh_process_gives_the_same_scores_bit_for_bit()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder.Path, train: 64, test: 40);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse("vgg-small");
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(train);
        string zip = Path.Combine(_folder.Path, "model.zip"),
            images = Path.Combine(_folder.Path, "images.bin");
        _mlContext.Model.Save(model, train.Schema, zip);
        File.WriteAllBytes(images, [.. TinyImages.Records(40, 10, seed: 2).Chunk(1 + TinyImages.Bytes).SelectMany(record => record[1..])]);

        string[] printed = FreshProcess.Run("score", zip, images, "32");

        string[] expected =
        [
            .. TinyImages.Scores(_mlContext, model, test).Select(score => string.Join(' ', score.Select(BitConverter.SingleToInt32Bits))),
        ];
        CollectionAssert.AreEqual(expected, printed);
    }

    [TestMethod]
    public void A_model_in_a_chain_saves_and_loads_with_it()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder.Path);
        var chain = _mlContext
            .Padam()
            .ImageClassifier(TinyImages.Options())
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(train);
        string zip = Path.Combine(_folder.Path, "model.zip");
        _mlContext.Model.Save(chain, train.Schema, zip);

        ITransformer loaded = new MLContext().Model.Load(zip, out DataViewSchema schema);

        Assert.AreEqual(train.Schema.Count, schema.Count);
        CollectionAssert.AreEqual(
            chain.Transform(test).GetColumn<string>("PredictedLabel").ToArray(),
            loaded.Transform(test).GetColumn<string>("PredictedLabel").ToArray()
        );
    }

    [TestMethod]
    public void A_loaded_model_saves_to_the_same_bytes_of_description_and_weights()
    {
        (IDataView train, _) = TinyImages.Load(_mlContext, _folder.Path);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options()).Fit(train);
        string first = Path.Combine(_folder.Path, "1.zip"),
            second = Path.Combine(_folder.Path, "2.zip");
        _mlContext.Model.Save(model, train.Schema, first);
        _mlContext.Model.Save(_mlContext.Model.Load(first, out _), train.Schema, second);

        CollectionAssert.AreEqual(Entries(first), Entries(second));
    }

    [TestMethod]
    [DataRow("vgg16")]
    [DataRow("resnet18")]
    [DataRow("wrn-16-4")]
    public void Weights_go_from_a_zip_through_safetensors_into_another_zip_with_the_same_scores(string backbone)
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder.Path, train: 16, test: 8);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.Backbone, options.BatchSize, options.Normalization) = (Backbone.Parse(backbone), 8, Normalization.Cifar10);
        using ImageClassificationTransformer trained = _mlContext.Padam().ImageClassifier(options).Fit(train);
        string weights = _folder["weights.safetensors"],
            zip = _folder["model.zip"];
        trained.SaveWeights(weights, WeightsFormat.Safetensors);

        (options.InitialWeights, options.Epochs) = (weights, 0);
        using (ImageClassificationTransformer taken = _mlContext.Padam().ImageClassifier(options).Fit(train))
            _mlContext.Model.Save(taken, train.Schema, zip);

        TinyImages.AreSame(
            TinyImages.Scores(_mlContext, trained, test),
            TinyImages.Scores(_mlContext, _mlContext.Model.Load(zip, out _), test)
        );
    }

    private static string[] Entries(string zip)
    {
        using System.IO.Compression.ZipArchive archive = System.IO.Compression.ZipFile.OpenRead(zip);
        return
        [
            .. archive
                .Entries.Where(entry => entry.Name is "Description.json" or "Weights.safetensors")
                .OrderBy(entry => entry.Name)
                .Select(entry =>
                {
                    using Stream stream = entry.Open();
                    return $"{entry.Name} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream))}";
                }),
        ];
    }
}
