using System.Drawing;
using Microsoft.ML;
using Padam.MLNet.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

/// <summary>How pictures of another size become those of the network.</summary>
[TestClass]
public sealed class ImageResizeTests
{
    private static readonly ImageShape Square = new(32, 32);

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Cropping_takes_the_middle_in_proportion()
    {
        byte[] chw = Fitted(ImageResize.Crop, 96, 32);
        CollectionAssert.AreEqual(Plain(0, 255, 0), chw);
    }

    [TestMethod]
    public void Padding_keeps_the_whole_picture_in_the_middle_of_the_ground()
    {
        byte[] chw = Fitted(ImageResize.Pad, 96, 33);
        for (int y = 0; y < 32; y++)
        {
            bool isGround = y is < 10 or > 20;
            Assert.AreEqual(isGround ? Color.Gold.ToArgb() : Color.Red.ToArgb(), Pixel(chw, y, 5).ToArgb(), $"row {y}");
            Assert.AreEqual(isGround ? Color.Gold.ToArgb() : Color.Blue.ToArgb(), Pixel(chw, y, 27).ToArgb(), $"row {y}");
        }
    }

    [TestMethod]
    public void Stretching_takes_all_of_it_to_all_of_the_size()
    {
        byte[] chw = Fitted(ImageResize.Stretch, 96, 16);
        for (int y = 0; y < 32; y++)
        {
            Assert.AreEqual(Color.Red.ToArgb(), Pixel(chw, y, 2).ToArgb());
            Assert.AreEqual(Color.Blue.ToArgb(), Pixel(chw, y, 30).ToArgb());
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 5000)]
    [DataRow(5000, 1)]
    [DataRow(223, 225)]
    public void Parts_and_sizes_lie_within_picture_and_network(int width, int height)
    {
        foreach (ImageResize resize in Enum.GetValues<ImageResize>())
        {
            (SKRectI part, SKSizeI size) = ImageFitting.Placed(width, height, new(224, 112), resize);
            Assert.IsTrue(part is { Left: >= 0, Top: >= 0, Width: >= 1, Height: >= 1 } && part.Right <= width && part.Bottom <= height);
            Assert.IsTrue(size is { Width: >= 1 and <= 112, Height: >= 1 and <= 224 });
            Assert.IsTrue(resize == ImageResize.Pad || size is { Width: 112, Height: 224 });
        }
    }

    [TestMethod]
    [DataRow(ImageResize.Crop)]
    [DataRow(ImageResize.Pad)]
    [DataRow(ImageResize.Stretch)]
    public void A_model_keeps_the_way_and_scores_so(ImageResize resize)
    {
        Pictures.WriteClasses(_folder["photographs"], ["a", "b"], each: 4, width: 90, height: 40);
        IDataView data = _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.FeatureColumnName, options.ImageSize) = ("Image", new(32, 32));
        options.Preprocessing = new() { Resize = resize, BackgroundColor = Color.Gold };
        options.ValidationSet = data;
        double accuracy = 0;
        options.MetricsCallback = metrics => accuracy = metrics.ValidationAccuracy!.Value;
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);
        Assert.AreEqual(accuracy, _mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        _mlContext.Model.Save(model, data.Schema, _folder["model.zip"]);
        var loaded = ImageClassificationTransformer.Find(_mlContext.Model.Load(_folder["model.zip"], out _));
        Assert.AreEqual(options.Preprocessing, loaded.Preprocessing);
        IReadOnlyList<float[]> scores = TinyImages.Scores(_mlContext, model, data);
        TinyImages.AreSame(scores, TinyImages.Scores(_mlContext, loaded, data));
    }

    [TestMethod]
    public void Networks_for_photographs_take_224_by_default()
    {
        Pictures.WriteStripes(_folder["photographs"], each: 1, width: 100, height: 80);
        IDataView data = _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.FeatureColumnName, options.Backbone) = ("Image", MLNet.Backbones.Backbone.Parse("imagenet-resnet18"));
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);
        Assert.AreEqual(new ImageSize(224, 224), model.ImageSize);
    }

    [TestMethod]
    public void A_way_that_is_none_is_a_fault_of_the_options() =>
        StringAssert.Contains(
            new ImagePreprocessing { Resize = (ImageResize)7 }
                .Validate()
                .Single(),
            "Stretch, Crop, Pad"
        );

    // Red, green and blue thirds side by side.
    private static byte[] Fitted(ImageResize resize, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(
                    x,
                    y,
                    (3 * x / width) switch
                    {
                        0 => new(255, 0, 0),
                        1 => new(0, 255, 0),
                        _ => new SKColor(0, 0, 255),
                    }
                );
        }

        byte[] chw = new byte[Square.Values];
        Assert.IsTrue(new ImageFitting(resize, Color.Gold).Write(bitmap, Square, chw));
        return chw;
    }

    private static byte[] Plain(byte red, byte green, byte blue) =>
        [.. Enumerable.Repeat(red, Square.Pixels), .. Enumerable.Repeat(green, Square.Pixels), .. Enumerable.Repeat(blue, Square.Pixels)];

    private static Color Pixel(byte[] chw, int y, int x)
    {
        int i = (y * Square.Width) + x;
        return Color.FromArgb(chw[i], chw[Square.Pixels + i], chw[(2 * Square.Pixels) + i]);
    }
}
