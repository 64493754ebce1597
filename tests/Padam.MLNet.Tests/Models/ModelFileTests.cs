using Microsoft.ML;
using Padam.Reliability;

namespace Padam.MLNet.Tests.Models;

/// <summary>A few of each kind of broken model; tests/Padam.Reliability does it by the thousand.</summary>
[TestClass]
public sealed class ModelFileTests
{
    private static readonly MLContext MlContext = new(seed: 1);
    private static readonly TemporaryFolder Folder = new();
    private static IDataView _images = null!;
    private static IReadOnlyList<float[]> _scores = null!;
    private static BrokenModels _models = null!;
    private static byte[] _honest = null!;

    private static string Zip => Folder["model.zip"];

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        (IDataView train, _images) = TinyImages.Load(MlContext, Folder["data"], test: 20);
        using ImageClassificationTransformer model = MlContext.Padam().ImageClassifier(TinyImages.Options()).Fit(train);
        MlContext.Model.Save(model, train.Schema, Zip);
        _scores = TinyImages.Scores(MlContext, model, _images);
        _honest = File.ReadAllBytes(Zip);
        _models = new BrokenModels(_honest);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void An_honest_model_is_reported()
    {
        File.WriteAllBytes(Zip, _honest);

        ModelReport report = ModelFile.Verify(Zip);

        Assert.AreEqual(
            (Zip, "tiny", 10, 32, 32, 7, 2),
            (report.Path, report.Backbone, report.Classes, report.Height, report.Width, report.Seed, report.Epoch)
        );
        CollectionAssert.AreEqual(TinyImages.Names, report.ClassNames!.ToArray());
        Assert.AreEqual(((3 * 9) + 1) * 8 + (4 * 8) + 1 + ((64 + 1) * 10), report.Parameters);
        StringAssert.StartsWith(report.Optimizer, "AdamOptions");
        StringAssert.Contains(report.ToString(), "ClassNames = [airplane, automobile, bird,");
        StringAssert.StartsWith(report.ToString(), "ModelReport { Path = ");
        StringAssert.EndsWith(report.ToString(), "Seed = 7, Epoch = 2 }");
    }

    [TestMethod]
    public void A_built_in_network_is_verified_too()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = MLNet.Backbones.Backbone.Parse("vgg-small");
        IDataView few = MlContext.Data.TakeRows(_images, 8);
        using ImageClassificationTransformer model = MlContext.Padam().ImageClassifier(options).Fit(few);
        MlContext.Model.Save(model, few.Schema, Zip);

        Assert.AreEqual("vgg-small", ModelFile.Verify(Zip).Backbone);
    }

    [TestMethod]
    public void A_zip_cut_anywhere_is_refused()
    {
        for (int i = 0; i < 40; i++)
            IsRefused(_models.Cut(_honest.Length * i / 40), "");
    }

    [TestMethod]
    public void A_flipped_bit_in_our_entries_is_refused_or_changes_no_score()
    {
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
            IsRefusedOrTheSame(_models.Flipped(_models.BitOfOurEntries(random)));
    }

    [TestMethod]
    public void A_flipped_bit_anywhere_in_the_file_breaks_neither_Verify_nor_Load()
    {
        var random = new Random(6);
        for (int i = 0; i < 60; i++)
            IsRefusedOrTheSame(_models.Flipped(random.Next(8 * _honest.Length)));
    }

    [TestMethod]
    [DynamicData(nameof(Hostile))]
    public void A_hostile_file_is_refused_with_the_file_and_the_fault(string name)
    {
        (_, Func<byte[]> zip, string word) = _models.Hostile(bombBytes: 100 << 20).Single(hostile => hostile.Name == name);

        IsRefused(zip(), word);
    }

    [TestMethod]
    public void A_model_of_a_backbone_that_is_not_registered_says_what_to_call()
    {
        File.WriteAllBytes(Zip, _models.WithDescription(json => json["Backbone"] = "registered nowhere"));

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => ModelFile.Verify(Zip)).Message,
            "Backbone.Register(\"registered nowhere\""
        );
    }

    [TestMethod]
    public void A_folder_and_a_missing_file_are_named()
    {
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ModelFile.Verify(Folder.Path)).Message, "folder");
        Assert.ThrowsExactly<FileNotFoundException>(() => ModelFile.Verify(Folder["none.zip"]));
    }

    public static IEnumerable<object[]> Hostile
    {
        get
        {
            using var folder = new TemporaryFolder();
            (IDataView train, _) = TinyImages.Load(MlContext, folder["data"], train: 40, test: 1);
            using ImageClassificationTransformer model = MlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(train);
            MlContext.Model.Save(model, train.Schema, folder["model.zip"]);
            return
            [
                .. new BrokenModels(File.ReadAllBytes(folder["model.zip"]))
                    .Hostile(bombBytes: 1)
                    .Select(hostile => new object[] { hostile.Name }),
            ];
        }
    }

    private static void IsRefused(byte[] zip, string words)
    {
        File.WriteAllBytes(Zip, zip);
        string[] before = Folder.Files;

        InvalidDataException fault = Assert.ThrowsExactly<InvalidDataException>(() => ModelFile.Verify(Zip));

        StringAssert.StartsWith(fault.Message, Zip);
        Assert.IsTrue(words.Split('|').Any(word => fault.Message.Contains(word, StringComparison.Ordinal)), fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
        CollectionAssert.AreEqual(before, Folder.Files);
        LoadsTheSameOrNotAtAll();
    }

    private static void IsRefusedOrTheSame(byte[] zip)
    {
        File.WriteAllBytes(Zip, zip);
        try
        {
            ModelFile.Verify(Zip);
        }
        catch (InvalidDataException fault)
        {
            StringAssert.StartsWith(fault.Message, Zip);
        }

        LoadsTheSameOrNotAtAll();
    }

    // ML.NET wraps what a loader throws in exceptions of its own, of many types.
    private static void LoadsTheSameOrNotAtAll()
    {
        ITransformer model;
        try
        {
            model = MlContext.Model.Load(Zip, out _);
        }
        catch (Exception fault) when (fault is not (AssertFailedException or OutOfMemoryException or AccessViolationException))
        {
            return;
        }

        TinyImages.AreSame(_scores, TinyImages.Scores(MlContext, model, _images));
        (model as IDisposable)?.Dispose();
    }
}
