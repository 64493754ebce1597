using System.Drawing;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

/// <summary>A picture is the same pixels in training, in evaluation and alone; the model says how it came to them.</summary>
[TestClass]
public sealed class PreprocessingTests
{
    private static readonly string[] Classes = ["bird", "cat", "dog"];
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    [TestInitialize]
    public void Listen() => _mlContext.Log += (_, entry) => _log.Add(entry.RawMessage);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Pictures_that_are_not_square_score_alone_as_in_their_folder()
    {
        Pictures.WriteClasses(_folder.Path, Classes, each: 10, width: 90, height: 40);
        File.WriteAllBytes(_folder["cat/turned.jpg"], Pictures.Turned(6, [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White]));
        using ImageClassificationTransformer model = Train(new() { ImageSize = new(32, 32) });
        string[] paths = [.. _mlContext.Padam().LoadImageFolder(_folder.Path).GetColumn<string>("ImagePath")];

        IDataView alone = _mlContext.Padam().LoadImages(paths, model.FeatureColumnName, model.Preprocessing);

        CollectionAssert.AreEqual(paths, alone.GetColumn<string>("ImagePath").ToArray());
        TinyImages.AreSame(
            TinyImages.Scores(_mlContext, model, _mlContext.Padam().LoadImageFolder(_folder.Path)),
            TinyImages.Scores(_mlContext, model, alone)
        );
    }

    [TestMethod]
    public void A_model_trained_without_ImageSize_stretches_what_it_is_given_to_the_size_it_knows()
    {
        Pictures.WriteClasses(_folder["train"], Classes, each: 10, width: 32, height: 32);
        Pictures.WriteClasses(_folder["upload"], Classes, each: 2, width: 50, height: 20);
        using ImageClassificationTransformer model = Train(new(), _folder["train"]);
        using ImageClassificationTransformer sized = Train(new() { ImageSize = new(32, 32) }, _folder["train"]);
        IDataView upload = _mlContext.Padam().LoadImageFolder(_folder["upload"]);

        TinyImages.AreSame(TinyImages.Scores(_mlContext, sized, upload), TinyImages.Scores(_mlContext, model, upload));
        Assert.AreEqual(1.0, _mlContext.MulticlassClassification.Evaluate(model.Transform(upload)).MicroAccuracy);
    }

    [TestMethod]
    [DataRow(false, DisplayName = "as large as the network's input")]
    [DataRow(true, DisplayName = "stretched")]
    public void The_background_shows_through_transparent_pixels(bool stretched)
    {
        int side = stretched ? 48 : 32;
        WriteLogos(side);
        Pictures.WritePlain(_folder["opaque.png"], SKColors.White, side, side);
        Pictures.WritePlain(_folder["half.png"], new SKColor(255, 0, 0, 128), side, side);
        Pictures.WritePlain(_folder["pink.png"], new SKColor(255, 127, 127), side, side);
        Pictures.WritePlain(_folder["clear.png"], new SKColor(10, 20, 30, 0), side, side);

        using ImageClassificationTransformer white = Train(On(Color.White), _folder["logos"]);

        float[][] scores =
        [
            .. TinyImages.Scores(
                _mlContext,
                white,
                _mlContext.Padam().LoadImages(new[] { "opaque.png", "clear.png", "half.png", "pink.png" }.Select(name => _folder[name]))
            ),
        ];
        CollectionAssert.AreEqual(scores[0], scores[1], "what is clear is white");
        for (int c = 0; c < 2; c++)
            Assert.AreEqual(scores[3][c], scores[2][c], 0.01, "half of the red, half of the white");
        CollectionAssert.AreNotEqual(scores[0], scores[2]);
    }

    [TestMethod]
    public void Black_is_the_default_and_is_what_it_was()
    {
        WriteLogos(32);
        Pictures.WritePlain(_folder["clear.png"], new SKColor(200, 100, 50, 0));
        Pictures.WritePlain(_folder["black.png"], SKColors.Black);
        using ImageClassificationTransformer byDefault = Train(new(), _folder["logos"]),
            black = Train(On(Color.Black), _folder["logos"]);

        Assert.AreEqual(TinyImages.Hash(byDefault), TinyImages.Hash(black));
        Assert.AreEqual(new ImagePreprocessing(), byDefault.Preprocessing);
        IReadOnlyList<float[]> scores = TinyImages.Scores(
            _mlContext,
            byDefault,
            _mlContext.Padam().LoadImages([_folder["clear.png"], _folder["black.png"]])
        );
        CollectionAssert.AreEqual(scores[1], scores[0]);
    }

    [TestMethod]
    public void The_log_counts_transparent_images_and_names_the_option()
    {
        WriteLogos(32);
        Train(new(), _folder["logos"]).Dispose();

        string line = _log.Single(message => message.Contains("transparent", StringComparison.Ordinal));
        StringAssert.Contains(line, "4 images");
        StringAssert.Contains(line, "BackgroundColor");
    }

    [TestMethod]
    public void Opaque_images_are_not_counted_as_transparent()
    {
        Pictures.WriteClasses(_folder.Path, Classes, each: 4, 32, 32);
        Train(new() { ImageSize = new(16, 16) }).Dispose();

        Assert.IsFalse(_log.Exists(message => message.Contains("transparent", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_saved_model_keeps_how_pictures_became_pixels()
    {
        WriteLogos(32);
        Pictures.WritePlain(_folder["clear.png"], new SKColor(10, 20, 30, 0));
        ImageClassificationOptions options = On(Color.FromArgb(18, 52, 86));
        options.Preprocessing = options.Preprocessing with { ExifOrientation = false };
        IDataView clear = _mlContext.Padam().LoadImages([_folder["clear.png"]]);
        IReadOnlyList<float[]> expected;
        using (ImageClassificationTransformer model = Train(options, _folder["logos"]))
        {
            expected = TinyImages.Scores(_mlContext, model, clear);
            _mlContext.Model.Save(model, null, _folder["model.zip"]);
        }

        ModelFile.Verify(_folder["model.zip"]);
        ImageClassificationTransformer loaded = ImageClassificationTransformer.Find(_mlContext.Model.Load(_folder["model.zip"], out _));

        Assert.AreEqual(options.Preprocessing, loaded.Preprocessing);
        TinyImages.AreSame(expected, TinyImages.Scores(_mlContext, loaded, clear));
    }

    [TestMethod]
    public void A_ground_that_is_not_opaque_is_refused()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().ImageClassifier(On(Color.Transparent))).Message,
            "BackgroundColor"
        );
    }

    [TestMethod]
    public void Pictures_that_are_missing_or_folders_are_refused_at_once()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<FileNotFoundException>(() => _mlContext.Padam().LoadImages([_folder["none.png"]])).Message,
            "none.png"
        );
        StringAssert.Contains(
            Assert.ThrowsExactly<FileNotFoundException>(() => _mlContext.Padam().LoadImages([_folder.Path])).Message,
            "folder"
        );
    }

    [TestMethod]
    public void A_picture_that_is_cut_off_is_an_error_with_its_file()
    {
        Pictures.WriteClasses(_folder.Path, Classes, each: 4, 32, 32);
        using ImageClassificationTransformer model = Train(new());
        byte[] whole = Pictures.Turned(1, [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White]);
        File.WriteAllBytes(_folder["cut.jpg"], whole[..^40]);

        string message = Assert
            .ThrowsExactly<BadImageException>(() =>
                TinyImages.Scores(_mlContext, model, _mlContext.Padam().LoadImages([_folder["cut.jpg"]]))
            )
            .Message;

        StringAssert.Contains(message, _folder["cut.jpg"]);
        StringAssert.Contains(message, "cut off");
        Assert.IsFalse(message.Contains("SkipBadImages", StringComparison.Ordinal), "Scoring never skips.");
    }

    private static ImageClassificationOptions On(Color background) => new() { Preprocessing = new() { BackgroundColor = background } };

    private void WriteLogos(int side)
    {
        for (int i = 0; i < 4; i++)
        {
            Pictures.WritePlain(_folder[$"logos/a/{i}.png"], new SKColor((byte)(60 * i), 200, 10, (byte)(40 * i)), side, side);
            Pictures.WritePlain(_folder[$"logos/b/{i}.png"], new SKColor(200, (byte)(60 * i), 100), side, side);
        }
    }

    private ImageClassificationTransformer Train(ImageClassificationOptions options, string? folder = null)
    {
        ImageClassificationOptions tiny = TinyImages.Options(epochs: 10);
        (options.Backbone, options.Optimizer, options.Epochs, options.BatchSize, options.Seed, options.InferenceBatchSize) = (
            tiny.Backbone,
            tiny.Optimizer,
            tiny.Epochs,
            tiny.BatchSize,
            tiny.Seed,
            tiny.InferenceBatchSize
        );
        options.FeatureColumnName = "Image";
        options.ImageSize ??= folder == _folder["logos"] ? new(32, 32) : null;
        IDataView data = _mlContext.Padam().LoadImageFolder(folder ?? _folder.Path, preprocessing: options.Preprocessing);
        return _mlContext.Padam().ImageClassifier(options).Fit(data);
    }
}
