using System.Text.Json;
using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Tests.Input;

/// <summary>What becomes of an image when the draws are given, against torchvision 0.14.1 (Golden/augmentation.py).</summary>
[TestClass]
public sealed class GoldenAugmentationTests
{
    private static readonly Golden Expected = JsonSerializer.Deserialize<Golden>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "augmentation.json")),
        JsonSerializerOptions.Web
    )!;
    private static readonly ImageShape Shape = new(Expected.Height, Expected.Width);
    private static readonly byte[] Image =
    [
        .. from c in Enumerable.Range(0, 3)
        from y in Enumerable.Range(0, Shape.Height)
        from x in Enumerable.Range(0, Shape.Width)
        select (byte)((x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256),
    ];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Crops_and_flips_have_the_same_bytes()
    {
        foreach (Crop crop in Expected.Crops)
        {
            Placement placement = new(crop.Down, crop.Right, crop.Mirrored, crop.Reflected);
            byte[] stored = new byte[Shape.Values];
            placement.Write(Image, Shape, stored);
            float[] normalised = new float[Shape.Values];
            placement.Write(Image, Shape, new PixelMap(new Normalization([0, 0, 0], [1, 1, 1]), 255).Bytes, normalised);

            CollectionAssert.AreEqual(crop.Pixels, stored, $"{placement}");
            CollectionAssert.AreEqual(crop.Pixels, Bytes(normalised), $"{placement}");
        }
    }

    [TestMethod]
    public void Erased_rectangles_have_the_same_bytes()
    {
        foreach (Box box in Expected.Erased)
        {
            float[] hwc = new float[Shape.Values];
            Placement.Unmoved.Write(Image, Shape, new PixelMap(new Normalization([0, 0, 0], [1, 1, 1]), 255).Bytes, hwc);
            new PixelBox(box.Top, box.Left, box.Height, box.Width).Clear(hwc, Shape);

            CollectionAssert.AreEqual(box.Pixels, Bytes(hwc), $"{box}");
        }
    }

    [TestMethod]
    public void Parts_brought_to_size_are_the_same_to_a_grey_level()
    {
        var enlargement = new Enlargement(Shape);
        foreach (Box box in Expected.Parts)
        {
            byte[] actual = new byte[Shape.Values];
            enlargement.Write(Image, new PixelBox(box.Top, box.Left, box.Height, box.Width), box.Mirrored, actual);
            RequireClose(box.Pixels, actual, $"{box}");
        }
    }

    [TestMethod]
    public void Colours_are_the_same_to_a_grey_level()
    {
        foreach (Coloured colours in Expected.Colors)
        {
            byte[] actual = [.. Image];
            int order = Array.FindIndex(ColorChange.Orders, known => known.AsSpan().StartsWith(colours.Order));
            new ColorChange(colours.Brightness, colours.Contrast, colours.Saturation, order).Apply(actual);
            RequireClose(colours.Pixels, actual, $"{string.Join(' ', colours.Order)}: {colours}");
        }
    }

    [TestMethod]
    public void TrivialAugments_changes_are_the_same_to_a_grey_level()
    {
        CollectionAssert.AreEquivalent(
            Enum.GetNames<TrivialOperation>(),
            Expected.Trivial.Select(change => change.Operation).Distinct().ToArray()
        );
        foreach (Trivial change in Expected.Trivial)
        {
            var operation = Enum.Parse<TrivialOperation>(change.Operation);
            double magnitude = change.Sign * TrivialChange.MagnitudeOf(operation, change.Bin);
            Assert.AreEqual(change.Magnitude, magnitude, 1e-4, $"{change}");
            byte[] actual = [.. Image];
            new TrivialChange(operation, magnitude).Apply(actual, Shape, new byte[Shape.Values]);
            if (operation is not TrivialOperation.Rotate || !LiesBetweenPixels(magnitude))
                RequireClose(change.Pixels, actual, $"{change}");
        }
    }

    // At these angles pixels of a diagonal come from right between two: the last bit of a sum decides which.
    private static bool LiesBetweenPixels(double degrees) => Math.Abs(degrees) is 45 or 135;

    private void RequireClose(byte[] expected, byte[] actual, string what)
    {
        int largest = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        TestContext.WriteLine($"{what}: {expected.Zip(actual).Count(pair => pair.First != pair.Second)} differ, by {largest} at most");
        Assert.IsLessThanOrEqualTo(1, largest, what);
    }

    // HWC singles to CHW bytes.
    private static byte[] Bytes(float[] hwc) =>
        [.. Enumerable.Range(0, hwc.Length).Select(i => (byte)MathF.Round(255 * hwc[((i % Shape.Pixels) * 3) + (i / Shape.Pixels)]))];

    private sealed record Golden(int Width, int Height, Crop[] Crops, Box[] Parts, Box[] Erased, Coloured[] Colors, Trivial[] Trivial);

    private sealed record Crop(int Down, int Right, bool Mirrored, bool Reflected, byte[] Pixels);

    private sealed record Box(int Top, int Left, int Height, int Width, bool Mirrored, byte[] Pixels);

    private sealed record Coloured(int[] Order, double Brightness, double Contrast, double Saturation, byte[] Pixels);

    private sealed record Trivial(string Operation, int Bin, int Sign, double Magnitude, byte[] Pixels);
}
