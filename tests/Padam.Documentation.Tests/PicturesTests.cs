using SkiaSharp;

namespace Padam.Documentation.Tests;

/// <summary>
/// The pictures in docs that the library can draw are what it does today. With PADAM_DRAW=1 in the environment they are drawn anew instead.
/// </summary>
[TestClass]
public sealed class PicturesTests
{
    private static readonly bool Draws = Environment.GetEnvironmentVariable("PADAM_DRAW") == "1";

    [TestMethod]
    public void The_curves_are_those_of_the_schedules()
    {
        string file = Picture("schedules.svg"),
            drawn = SchedulesPicture.Draw();
        if (Draws)
            File.WriteAllText(file, drawn);
        Assert.AreEqual(drawn, File.ReadAllText(file));
    }

    [TestMethod]
    public void The_resized_picture_is_what_training_sees()
    {
        using var folder = new TemporaryFolder();
        using SKBitmap drawn = ResizePicture.Draw(folder);
        string file = Picture("resize.png");
        if (Draws)
        {
            using FileStream stream = File.Create(file);
            drawn.Encode(stream, SKEncodedImageFormat.Png, 100);
        }

        using var kept = SKBitmap.Decode(file);
        Assert.AreEqual((drawn.Width, drawn.Height), (kept.Width, kept.Height));
        // A circle's edge may differ from version to version of Skia.
        int others = drawn.Pixels.Zip(kept.Pixels).Count(pair => Math.Abs(pair.First.Red - pair.Second.Red) > 16);
        Assert.IsLessThan(drawn.Pixels.Length / 100, others);
    }

    private static string Picture(string name) => Path.Combine(Repository.Root, "docs", "pictures", name);
}
