using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

/// <summary>Names that look the same and are written in two ways; macOS keeps accents apart from their letters.</summary>
[TestClass]
public sealed class UnicodeFormTests
{
    private const string Composed = "caf\u00e9",
        Decomposed = "cafe\u0301";

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow("cafe\u0301", "caf\u00e9")]
    [DataRow("A\u0308pfel", "\u00c4pfel")]
    [DataRow("a\u0323\u0302", "\u1ead", DisplayName = "two marks")]
    [DataRow("\u304b\u3099", "\u304c", DisplayName = "kana")]
    [DataRow("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d", DisplayName = "hangul")]
    [DataRow("\u0438\u0306", "\u0439", DisplayName = "Cyrillic")]
    [DataRow("plain", "plain")]
    [DataRow("x\u0301", "x\u0301", DisplayName = "nothing in one piece")]
    [DataRow("\ud83d\ude00e\u0301", "\ud83d\ude00\u00e9", DisplayName = "after a pair of surrogates")]
    [DataRow("\ud83d", "\ud83d", DisplayName = "half a pair")]
    public void Letters_and_marks_become_one(string decomposed, string composed)
    {
        Assert.AreEqual(composed, UnicodeForm.Composed(decomposed));
        Assert.AreEqual(composed, UnicodeForm.Composed(composed));
    }

    [TestMethod]
    public void Two_class_folders_of_one_name_are_refused()
    {
        Pictures.WritePlain(_folder[$"{Composed}/a.png"], SKColors.Red);
        Pictures.WritePlain(_folder[$"{Decomposed}/a.png"], SKColors.Red);
        if (Directory.GetDirectories(_folder.Path).Length < 2)
            Assert.Inconclusive("This file system makes them one.");

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().LoadImageFolder(_folder.Path)).Message,
            "Unicode form"
        );
    }

    [TestMethod]
    public void A_class_is_found_whichever_way_its_folder_is_written()
    {
        Pictures.WritePlain(_folder[$"{Decomposed}/a.png"], SKColors.Red);
        Pictures.WritePlain(_folder["tea/a.png"], SKColors.Red);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path, ["tea", Composed]);

        CollectionAssert.AreEqual(new uint[] { 1, 2 }, view.GetColumn<uint>("Label").ToArray());
        Assert.AreEqual(2, view.GetColumn<MLImage>("Image").Count());
        Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().LoadImageFolder(_folder.Path, ["tea", Composed, Decomposed]));
    }

    [TestMethod]
    public void A_model_trained_on_one_way_scores_and_validates_the_other()
    {
        string[] written = [Decomposed, "tea"],
            read = [Composed, "tea"];
        Row<uint, byte[]>[] rows = Rows.Of(20, classes: 2);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.ValidationSet = Rows.View(_mlContext, rows, classes: 2, values: read);
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(options)
            .Fit(Rows.View(_mlContext, rows, classes: 2, values: written));

        Assert.HasCount(20, TinyImages.Scores(_mlContext, model, options.ValidationSet));
    }

    [TestMethod]
    public void A_column_or_a_file_that_is_missing_only_in_its_form_is_told_apart()
    {
        IDataView rows = Rows.View(_mlContext, Rows.Of(20));
        IDataView data = _mlContext.Transforms.CopyColumns(Decomposed, "Features").Fit(rows).Transform(rows);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.FeatureColumnName = Composed;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _mlContext.Padam().ImageClassifier(options).Fit(data)).Message,
            "Unicode form"
        );

        Pictures.WritePlain(_folder[$"{Decomposed}.png"], SKColors.Red);
        if (File.Exists(_folder[$"{Composed}.png"]))
            Assert.Inconclusive("This file system makes them one.");
        StringAssert.Contains(
            Assert.ThrowsExactly<FileNotFoundException>(() => _mlContext.Padam().LoadImages([_folder[$"{Composed}.png"]])).Message,
            "Unicode form"
        );
        options.InitialWeights = _folder[$"{Composed}.png"];
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().ImageClassifier(options)).Message,
            "Unicode form"
        );
    }
}
