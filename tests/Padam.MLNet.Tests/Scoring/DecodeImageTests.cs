using System.Text;
using Microsoft.ML;
using SkiaSharp;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>One image file, decoded apart from the others that will be scored with it.</summary>
[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class DecodeImageTests : IDisposable
{
    private static readonly SKColor[] Quarters = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(ImageResize.Stretch, true)]
    [DataRow(ImageResize.Crop, true)]
    [DataRow(ImageResize.Pad, false)]
    public void Its_pixels_are_those_that_the_model_scores(ImageResize resize, bool exifOrientation)
    {
        string[] paths = [.. Enumerable.Range(0, 8).Select(i => _folder[$"{i}.jpg"])];
        for (int i = 0; i < paths.Length; i++)
            File.WriteAllBytes(paths[i], Pictures.Turned(orientation: i + 1, Quarters));
        using ImageClassificationTransformer model = Trained(
            new()
            {
                Resize = resize,
                ExifOrientation = exifOrientation,
                BackgroundColor = System.Drawing.Color.Gray,
            }
        );
        IDataView files = _mlContext.Padam().LoadImages(paths, model.FeatureColumnName, model.Preprocessing);

        Row<uint, byte[]>[] decoded =
        [
            .. paths.Select(path => new Row<uint, byte[]> { Features = model.DecodeImage(File.ReadAllBytes(path)) }),
        ];

        TinyImages.AreSame(
            TinyImages.Scores(_mlContext, model, files),
            TinyImages.Scores(_mlContext, model, Rows.View(_mlContext, decoded))
        );
    }

    [TestMethod]
    public void What_is_no_whole_image_is_refused_in_a_sentence()
    {
        using ImageClassificationTransformer model = Trained(new());
        byte[] whole = Pictures.Turned(orientation: 1, Quarters);

        StringAssert.StartsWith(Refused(model, []), "The image could not be decoded: it is empty.");
        StringAssert.StartsWith(
            Refused(model, Encoding.ASCII.GetBytes("no image at all")),
            "The image could not be decoded: it is no image"
        );
        StringAssert.StartsWith(Refused(model, whole[..^20]), "The image could not be decoded: it is cut off.");
    }

    [TestMethod]
    public void A_model_of_singles_refuses()
    {
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(TinyImages.Options(epochs: 1))
            .Fit(Rows.View(_mlContext, Rows.Singles(Rows.Of(20))));

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => model.DecodeImage([1])).Message;

        StringAssert.Contains(message, "trained on vectors of singles");
    }

    private static string Refused(ImageClassificationTransformer model, byte[] file) =>
        Assert.ThrowsExactly<BadImageException>(() => model.DecodeImage(file)).Message;

    private ImageClassificationTransformer Trained(ImagePreprocessing preprocessing)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Preprocessing = preprocessing;
        return _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(20)));
    }
}
