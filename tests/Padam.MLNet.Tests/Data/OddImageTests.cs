using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.Reliability;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class OddImageTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    [TestInitialize]
    public void WriteGoodImages()
    {
        _mlContext.Log += (_, entry) => _log.Add(entry.Message);
        foreach ((string name, SKColor colour) in new[] { ("a", SKColors.Red), ("b", SKColors.Blue) })
        {
            Directory.CreateDirectory(_folder[name]);
            using var bitmap = new SKBitmap(40, 40);
            bitmap.Erase(colour);
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            for (int i = 0; i < 4; i++)
                File.WriteAllBytes(Path.Combine(_folder[name], $"{i}.png"), data.ToArray());
        }
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    public static IEnumerable<object[]> ReadableNames => OddImages.Readable.Select(image => new object[] { image.Name });

    public static IEnumerable<object[]> UnreadableNames => OddImages.Unreadable.Select(image => new object[] { image.Name });

    [TestMethod]
    [DynamicData(nameof(ReadableNames))]
    public void Grey_transparent_CMYK_and_tiny_images_have_the_colour_they_show(string name)
    {
        (_, byte[] bytes, SKColor colour) = OddImages.Readable.Single(image => image.Name == name);
        File.WriteAllBytes(Path.Combine(_folder["a"], "0.png"), bytes);

        using MLImage image = _mlContext.Padam().LoadImageFolder(_folder.Path).GetColumn<MLImage>("Image").First();

        (int red, int blue) = image.PixelFormat == MLPixelFormat.Rgba32 ? (0, 2) : (2, 0);
        for (int i = 0; i < image.Pixels.Length; i += 4)
        {
            Assert.AreEqual(colour.Red, image.Pixels[i + red], 3);
            Assert.AreEqual(colour.Green, image.Pixels[i + 1], 3);
            Assert.AreEqual(colour.Blue, image.Pixels[i + blue], 3);
        }
    }

    [TestMethod]
    public void Odd_images_train_together()
    {
        foreach ((string name, byte[] bytes, _) in OddImages.Readable)
            File.WriteAllBytes(Path.Combine(_folder["a"], name), bytes);

        using ImageClassificationTransformer model = Fit(skip: false);

        foreach (float[] score in TinyImages.Scores(_mlContext, model, _mlContext.Padam().LoadImageFolder(_folder.Path)))
            Assert.AreEqual(1, score.Sum(), 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(UnreadableNames))]
    public void A_bad_image_ends_the_training_with_its_row_and_path(string name)
    {
        string word = AddUnreadable(name);

        string message = Assert.ThrowsExactly<BadImageException>(() => Fit(skip: false)).Message;

        StringAssert.Contains(message, "Row 4");
        StringAssert.Contains(message, Path.Combine("a", name));
        StringAssert.Contains(message, word);
        StringAssert.Contains(message, "SkipBadImages");
    }

    [TestMethod]
    public void SkipBadImages_leaves_them_out_and_counts_them()
    {
        using ImageClassificationTransformer expected = Fit(skip: false);
        foreach ((string name, _, _) in OddImages.Unreadable)
            AddUnreadable(name);

        using ImageClassificationTransformer model = Fit(skip: true);

        string line = _log.Single(message => message.Contains("skipped", StringComparison.Ordinal));
        StringAssert.Contains(line, $"{OddImages.Unreadable.Count()} bad images of the training set");
        StringAssert.Contains(line, "cut.jpg");
        Assert.IsFalse(line.Contains("SkipBadImages", StringComparison.Ordinal), "It is set already: " + line);
        foreach ((string name, _, _) in OddImages.Unreadable)
            File.Delete(Path.Combine(_folder["a"], name));
        IDataView good = _mlContext.Padam().LoadImageFolder(_folder.Path);
        TinyImages.AreSame(TinyImages.Scores(_mlContext, expected, good), TinyImages.Scores(_mlContext, model, good));
    }

    [TestMethod]
    public void A_bad_first_image_does_not_decide_the_size()
    {
        File.WriteAllBytes(Path.Combine(_folder["a"], "-.png"), []);

        using ImageClassificationTransformer model = Fit(skip: true, resize: false);

        Assert.AreEqual(2, model.Classes);
    }

    [TestMethod]
    public void A_folder_of_bad_images_alone_says_so()
    {
        foreach (string file in Directory.GetFiles(_folder.Path, "*.png", SearchOption.AllDirectories))
            File.WriteAllBytes(file, []);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Fit(skip: true)).Message, "All 8 images were skipped");
    }

    [TestMethod]
    public void An_image_that_goes_away_while_it_is_wanted_is_a_bad_one()
    {
        IDataView images = _mlContext.Padam().LoadImageFolder(_folder.Path);
        File.Delete(Path.Combine(_folder["b"], "2.png"));

        StringAssert.Contains(
            Assert.ThrowsExactly<BadImageException>(() => Fit(images, skip: false, resize: true)).Message,
            Path.Combine("b", "2.png")
        );
        Fit(images, skip: true, resize: true).Dispose();
    }

    [TestMethod]
    public void Images_that_ML_NET_loads_are_skipped_too()
    {
        AddUnreadable("text.jpg");
        IDataView paths = _mlContext
            .Transforms.SelectColumns("Label", "ImagePath")
            .Fit(_mlContext.Padam().LoadImageFolder(_folder.Path))
            .Transform(_mlContext.Padam().LoadImageFolder(_folder.Path));
        IDataView images = _mlContext.Transforms.LoadImages("Image", _folder.Path, "ImagePath").Fit(paths).Transform(paths);

        StringAssert.Contains(Assert.ThrowsExactly<BadImageException>(() => Fit(images, skip: false, resize: true)).Message, "row 4");
        Fit(images, skip: true, resize: true).Dispose();
    }

    private string AddUnreadable(string name)
    {
        (_, byte[] bytes, string word) = OddImages.Unreadable.Single(image => image.Name == name);
        File.WriteAllBytes(Path.Combine(_folder["a"], name), bytes);
        return word;
    }

    private ImageClassificationTransformer Fit(bool skip, bool resize = true) =>
        Fit(_mlContext.Padam().LoadImageFolder(_folder.Path), skip, resize);

    private ImageClassificationTransformer Fit(IDataView images, bool skip, bool resize)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.FeatureColumnName = "Image";
        options.SkipBadImages = skip;
        if (resize)
            options.ImageSize = new(32, 32);
        return _mlContext.Padam().ImageClassifier(options).Fit(images);
    }
}
