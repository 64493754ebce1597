using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class ResamplingTests
{
    [TestMethod]
    public void A_picture_is_resized_as_Pillow_does_it()
    {
        foreach (Golden golden in Goldens())
        {
            using TemporaryFolder folder = new();
            Write(folder["set/only/a.png"], golden.Width, golden.Height);
            var mlContext = new MLContext(seed: 1);

            byte[] actual = Pixels(mlContext, folder["set"], golden.NewHeight, golden.NewWidth);

            // Pillow rounds between its two passes, to whole grey levels.
            int largest = actual.Zip(golden.Pixels, (a, b) => Math.Abs(a - b)).Max();
            Assert.IsLessThanOrEqualTo(1, largest, $"{golden.Width}x{golden.Height} to {golden.NewWidth}x{golden.NewHeight}");
        }
    }

    [TestMethod]
    public void A_picture_of_one_colour_keeps_it_and_one_of_the_right_size_keeps_every_byte()
    {
        byte[] plain = Enumerable.Repeat((byte)201, 4 * 90 * 70).ToArray();
        Assert.IsTrue(MLNet.Data.Resampling.Resize(plain, 4 * 90, 70, 90, 33, 17).All(value => value == 201));

        byte[] any = new byte[4 * 6 * 5];
        new Random(1).NextBytes(any);
        CollectionAssert.AreEqual(any, MLNet.Data.Resampling.Resize(any, 4 * 6, 5, 6, 5, 6));
    }

    private static byte[] Pixels(MLContext mlContext, string folder, int height, int width)
    {
        // The pixels that a network gets: of a classifier that is its input.
        using MLImage image = mlContext.Padam().LoadImageFolder(folder).GetColumn<MLImage>("Image").Single();
        byte[] chw = new byte[3 * height * width];
        Assert.IsTrue(
            new MLNet.Data.ImageFitting(new ImagePreprocessing()).Write(
                MLNet.MLNetInternals.MLImagePixels.Bitmap(image)!,
                new MLNet.Data.ImageShape(height, width),
                chw
            )
        );
        return
        [
            .. Enumerable.Range(0, height * width).SelectMany(i => new[] { chw[i], chw[i + height * width], chw[i + 2 * height * width] }),
        ];
    }

    private static void Write(string path, int width, int height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor(Value(x, y, 0), Value(x, y, 1), Value(x, y, 2)));
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }

    // As in Golden/resampling.py.
    private static byte Value(int x, int y, int c) => (byte)((x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256);

    private static Golden[] Goldens() =>
        JsonSerializer.Deserialize<Golden[]>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "resampling.json")),
            JsonSerializerOptions.Web
        )!;

    private sealed record Golden(int Width, int Height, int NewWidth, int NewHeight, int[] Pixels);
}
