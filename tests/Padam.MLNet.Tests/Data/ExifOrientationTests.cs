using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class ExifOrientationTests
{
    private static readonly SKColor[] Stored = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];

    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    // Above left, above right, below left, below right, as any viewer shows them: R, G, B, W.
    [TestMethod]
    [DataRow(1, "RGBW")]
    [DataRow(2, "GRWB")]
    [DataRow(3, "WBGR")]
    [DataRow(4, "BWRG")]
    [DataRow(5, "RBGW")]
    [DataRow(6, "BRWG")]
    [DataRow(7, "WGBR")]
    [DataRow(8, "GWRB")]
    public void A_picture_is_seen_upright_from_a_folder_and_alone(int orientation, string seen)
    {
        string path = Save(orientation);

        using MLImage inFolder = _mlContext.Padam().LoadImageFolder(_folder.Path).GetColumn<MLImage>("Image").Single(),
            alone = _mlContext.Padam().LoadImages([path]).GetColumn<MLImage>("Image").Single();

        Assert.AreEqual(orientation < 5 ? (96, 64) : (64, 96), (inFolder.Width, inFolder.Height));
        Assert.AreEqual(seen, Quarters(inFolder));
        Assert.AreEqual(seen, Quarters(alone));
    }

    [TestMethod]
    public void A_picture_stays_as_stored_where_that_is_asked_for()
    {
        string path = Save(6);
        ImagePreprocessing asStored = new() { ExifOrientation = false };

        using MLImage inFolder = _mlContext
                .Padam()
                .LoadImageFolder(_folder.Path, preprocessing: asStored)
                .GetColumn<MLImage>("Image")
                .Single(),
            alone = _mlContext.Padam().LoadImages([path], preprocessing: asStored).GetColumn<MLImage>("Image").Single();

        Assert.AreEqual("RGBW", Quarters(inFolder));
        Assert.AreEqual("RGBW", Quarters(alone));
    }

    [TestMethod]
    public void A_strip_one_pixel_wide_is_turned_too()
    {
        var size = new MLNet.Data.ImageShape(3, 1);
        uint[] seen = MLNet.Data.ImageOrientation.Upright([1, 2, 3], ref size, SKEncodedOrigin.RightTop);
        Assert.AreEqual(new MLNet.Data.ImageShape(1, 3), size);
        CollectionAssert.AreEqual(new uint[] { 3, 2, 1 }, seen);
    }

    private string Save(int orientation)
    {
        Directory.CreateDirectory(_folder["a"]);
        string path = Path.Combine(_folder["a"], "turned.jpg");
        File.WriteAllBytes(path, Pictures.Turned(orientation, Stored));
        return path;
    }

    private static string Quarters(MLImage image)
    {
        SKBitmap bitmap = image.Bitmap()!;
        char Letter(int x, int y) => "RGBW"[Enumerable.Range(0, 4).MinBy(c => Distance(bitmap.GetPixel(x, y), Stored[c]))];
        (int left, int right, int above, int below) = (image.Width / 4, image.Width * 3 / 4, image.Height / 4, image.Height * 3 / 4);
        return new([Letter(left, above), Letter(right, above), Letter(left, below), Letter(right, below)]);
    }

    private static int Distance(SKColor a, SKColor b) => Math.Abs(a.Red - b.Red) + Math.Abs(a.Green - b.Green) + Math.Abs(a.Blue - b.Blue);
}
