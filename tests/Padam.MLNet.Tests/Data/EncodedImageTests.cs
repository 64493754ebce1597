using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

/// <summary>Image files as bytes in a column, as a database or a web request has them.</summary>
[TestClass]
public sealed class EncodedImageTests
{
    private static readonly SKColor[] Quarters = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Bytes_train_to_the_same_weights_as_the_files_and_score_alike(bool exifOrientation)
    {
        var preprocessing = new ImagePreprocessing { ExifOrientation = exifOrientation };
        IDataView files = Folder(preprocessing),
            bytes = Encoded(files);
        ImageClassificationOptions options = Options(preprocessing);
        using ImageClassificationTransformer fromFiles = _mlContext.Padam().ImageClassifier(options).Fit(files);
        using ImageClassificationTransformer fromBytes = _mlContext.Padam().ImageClassifier(options).Fit(bytes);
        Assert.AreEqual(TinyImages.Hash(fromFiles), TinyImages.Hash(fromBytes));
        TinyImages.AreSame(TinyImages.Scores(_mlContext, fromFiles, files), TinyImages.Scores(_mlContext, fromFiles, bytes));
    }

    [TestMethod]
    public void A_prediction_engine_takes_bytes_of_a_model_trained_on_files()
    {
        IDataView files = Folder(new());
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(Options(new())).Fit(files);
        IReadOnlyList<float[]> scores = TinyImages.Scores(_mlContext, model, files);
        using PredictionEngine<EncodedRow, TinyImages.Scored> engine = _mlContext.Model.CreatePredictionEngine<
            EncodedRow,
            TinyImages.Scored
        >(model);
        EncodedRow[] rows = EncodedRows(files);
        for (int i = 0; i < rows.Length; i++)
            TinyImages.AreClose([scores[i]], [engine.Predict(rows[i]).Score], 1e-5f);
    }

    [TestMethod]
    [DataRow(0, "it is empty")]
    [DataRow(60, "it is")]
    public void Bytes_that_are_no_image_are_named_by_row_and_may_be_left_out(int kept, string words)
    {
        EncodedRow[] rows = EncodedRows(Folder(new()));
        rows[3].Image = rows[3].Image[..kept];
        IDataView data = View(rows);
        ImageClassificationOptions options = Options(new());
        string message = Assert.ThrowsExactly<BadImageException>(() => _mlContext.Padam().ImageClassifier(options).Fit(data)).Message;
        StringAssert.Contains(message, "Column 'Image', row 3: the image could not be decoded: " + words);
        options.SkipBadImages = true;
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);
        Assert.AreEqual(new ImageSize(32, 32), model.ImageSize);
    }

    [TestMethod]
    public void The_featurizer_takes_them_too()
    {
        IDataView files = Folder(new());
        using ImageFeaturizingTransformer featurizer = _mlContext.Padam().ImageFeaturizer().Fit(Encoded(files));
        CollectionAssert.AreEqual(
            featurizer.Transform(files).GetColumn<float[]>("Features").First(),
            featurizer.Transform(Encoded(files)).GetColumn<float[]>("Features").First()
        );
    }

    private IDataView Folder(ImagePreprocessing preprocessing)
    {
        for (int i = 0; i < 8; i++)
        {
            string path = _folder[Path.Combine("photographs", i % 2 == 0 ? "even" : "odd", $"{i}.jpg")];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Pictures.Turned(orientation: i + 1, Quarters));
        }

        return _mlContext.Padam().LoadImageFolder(_folder["photographs"], preprocessing: preprocessing);
    }

    private IDataView Encoded(IDataView files) => View(EncodedRows(files));

    // Labels count from 0, as ML.NET takes keys from memory.
    private static EncodedRow[] EncodedRows(IDataView files) =>
        [
            .. files
                .GetColumn<string>("ImagePath")
                .Zip(
                    files.GetColumn<uint>("Label"),
                    (path, label) => new EncodedRow { Label = label - 1, Image = File.ReadAllBytes(path) }
                ),
        ];

    private IDataView View(EncodedRow[] rows) => _mlContext.Data.LoadFromEnumerable(rows);

    private static ImageClassificationOptions Options(ImagePreprocessing preprocessing)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.FeatureColumnName, options.ImageSize, options.Preprocessing) = ("Image", new(32, 32), preprocessing);
        return options;
    }

    private sealed class EncodedRow
    {
        [KeyType(2)]
        public uint Label { get; set; }

        public byte[] Image { get; set; } = [];
    }
}
