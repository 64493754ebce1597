using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class ConfusionTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 1,
    };
    private static readonly Confusion Counted = new()
    {
        Classes = ["cat", "dog", "none"],
        Counts =
        [
            [7, 3, 0],
            [5, 15, 0],
            [0, 0, 0],
        ],
    };

    [TestMethod]
    public void A_class_is_wrong_as_often_as_it_is_taken_for_another_and_one_without_images_not_at_all() =>
        CollectionAssert.AreEqual(new double?[] { 0.3, 0.25, null }, Enumerable.Range(0, 3).Select(Counted.ErrorOf).ToArray());

    [TestMethod]
    public void The_most_frequent_mistake_comes_first() =>
        CollectionAssert.AreEqual(new[] { (1, 0, 5L), (0, 1, 3L) }, Counted.Mistakes.ToArray());

    [TestMethod]
    public void A_summary_keeps_them_a_row_a_line()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, Counted);
        StringAssert.Contains(
            File.ReadAllText(path).ReplaceLineEndings("\n"),
            "\n    \"Counts\": [\n      [7, 3, 0],\n      [5, 15, 0],\n      [0, 0, 0]\n    ]",
            "as deep as they lie"
        );
        Confusion read = RunSummary.Read(path).Confusion!;
        CollectionAssert.AreEqual(Counted.Classes.ToArray(), read.Classes.ToArray());
        CollectionAssert.AreEqual(Counted.Counts.SelectMany(row => row).ToArray(), read.Counts.SelectMany(row => row).ToArray());
    }

    [TestMethod]
    [DataRow("[7, 3, 0]", "[7, 3]", "not a square")]
    [DataRow("[7, 3, 0],", "", "not a square")]
    [DataRow("[7, 3, 0]", "null", "is null")]
    [DataRow("[7, 3, 0]", "7", "is not the summary")]
    public void Counts_that_are_no_square_are_refused(string was, string becomes, string said)
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, Counted),
            text = File.ReadAllText(path);
        StringAssert.Contains(text, was);
        File.WriteAllText(path, text.Replace(was, becomes, StringComparison.Ordinal));
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => RunSummary.Read(path)).Message, said);
    }

    [TestMethod]
    public void Classes_are_called_by_their_names_and_where_they_have_none_by_their_numbers()
    {
        MLContext mlContext = new(seed: 1);
        IDataView numbered = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 6).Select(i => new Numbered { Label = (uint)i % 3 }));
        IDataView named = mlContext.Data.LoadFromEnumerable(
            Enumerable.Range(0, 6).Select(i => new Named { Label = "abc"[i % 3].ToString() })
        );
        IDataView keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(named).Transform(named);

        CollectionAssert.AreEqual(new[] { "class 0", "class 1", "class 2" }, Of(mlContext, numbered).Classes.ToArray());
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, Of(mlContext, keys).Classes.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 2, 2 }, Of(mlContext, keys).Counts.Select(row => row.Sum()).ToArray());
    }

    private static Confusion Of(MLContext mlContext, IDataView rows)
    {
        ImageClassificationOptions options = new() { Backbone = Backbone.Parse("vgg-small"), Epochs = 1 };
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(rows);
        return Confusion.Of(model.Transform(rows), model);
    }

    private sealed class Numbered
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = new float[3 * 32 * 32];
    }

    private sealed class Named
    {
        public string Label { get; set; } = "";

        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = new float[3 * 32 * 32];
    }

    private static string Written(TemporaryFolder folder, Confusion confusion)
    {
        var files = new RunFiles(folder.Path, "padam", "synthetic");
        (FinishedRuns.Write(files, Settings) with { Confusion = confusion }).Write(files.Summary);
        return files.Summary;
    }
}
