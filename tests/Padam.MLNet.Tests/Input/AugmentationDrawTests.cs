using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Tests.Input;

/// <summary>What is drawn for each part of an augmentation: the rules of its source, from streams of its own.</summary>
[TestClass]
public sealed class AugmentationDrawTests
{
    private const int Many = 4000;
    private static readonly ImageShape Shape = new(40, 60);

    [TestMethod]
    public void A_resized_crop_has_an_area_and_a_shape_within_its_bounds_and_is_anywhere()
    {
        var crop = new ResizedCrop(SmallestArea: 0.2, LargestArea: 0.45, SmallestRatio: 0.75, LargestRatio: 4.0 / 3);
        PixelBox[] boxes = Draws((ref SplitMix64 random) => PixelBox.Draw(crop, Shape, ref random));

        foreach (PixelBox box in boxes)
        {
            Assert.IsTrue(box is { Top: >= 0, Left: >= 0 } && box.Top + box.Height <= 40 && box.Left + box.Width <= 60, $"{box}");
            // Sides are whole pixels.
            Assert.IsTrue((box.Height + 0.5) * (box.Width + 0.5) >= 0.2 * 2400 && (box.Height - 0.5) * (box.Width - 0.5) <= 0.45 * 2400);
            Assert.IsTrue((box.Width + 0.5) / (box.Height - 0.5) >= 0.75 && (box.Width - 0.5) / (box.Height + 0.5) <= 4.0 / 3, $"{box}");
        }

        Assert.IsTrue(boxes.Any(box => box.Top == 0) && boxes.Any(box => box.Top + box.Height == 40));
        Assert.AreEqual(0.325, boxes.Average(box => box.Height * box.Width / 2400.0), 0.01, "areas are uniform");
        Assert.AreEqual(0, boxes.Average(box => Math.Log((double)box.Width / box.Height)), 0.03, "ratios by their logarithm");
    }

    [TestMethod]
    [DataRow(100, 4, 1.0, 1.0, 48, 0, 4, 4)]
    [DataRow(4, 100, 1.0, 1.0, 0, 48, 4, 4)]
    [DataRow(30, 20, 0.5, 2.0, 0, 0, 30, 20)]
    [DataRow(1, 9, 0.1, 0.4, 0, 4, 1, 1)]
    [DataRow(9, 1, 2.5, 10.0, 4, 0, 1, 1)]
    public void A_part_that_never_fits_is_the_largest_in_the_middle(
        int height,
        int width,
        double smallestRatio,
        double largestRatio,
        int top,
        int left,
        int newHeight,
        int newWidth
    )
    {
        var crop = new ResizedCrop(1, 1, smallestRatio, largestRatio);
        PixelBox[] boxes = Draws((ref SplitMix64 random) => PixelBox.Draw(crop, new ImageShape(height, width), ref random));
        Assert.IsGreaterThan(Many / 2, boxes.Count(box => box == new PixelBox(top, left, newHeight, newWidth)));
    }

    [TestMethod]
    public void Erasing_is_as_frequent_as_asked_for_and_smaller_than_the_image()
    {
        PixelBox?[] boxes = Draws((ref SplitMix64 random) => PixelBox.Draw(new RandomErasing(0.3, 0.1, 0.4), Shape, ref random));
        Assert.AreEqual(0.3, boxes.Count(box => box is not null) / (double)Many, 0.03);
        foreach (PixelBox box in boxes.OfType<PixelBox>())
        {
            Assert.IsTrue(box is { Top: >= 0, Left: >= 0, Height: < 40, Width: < 60 }, $"{box}");
            Assert.IsTrue(box.Top + box.Height <= 40 && box.Left + box.Width <= 60, $"{box}");
            Assert.IsTrue((box.Height + 0.5) * (box.Width + 0.5) >= 0.1 * 2400 && (box.Height - 0.5) * (box.Width - 0.5) <= 0.4 * 2400);
        }

        PixelBox?[] whole = Draws((ref SplitMix64 random) => PixelBox.Draw(new RandomErasing(1, 1, 1, 1, 1), new(10, 10), ref random));
        Assert.IsTrue(whole.All(box => box is null), "a rectangle as large as the image is never taken");
    }

    [TestMethod]
    [DataRow(8)]
    [DataRow(5)]
    public void A_square_cut_out_is_whole_inside_and_cut_at_the_edge(int size)
    {
        PixelBox[] boxes = Draws((ref SplitMix64 random) => PixelBox.Draw(new Cutout(size), new(20, 20), ref random));
        Assert.HasCount(400, boxes.Distinct().ToArray(), "about each of the 400 pixels");
        Assert.IsTrue(boxes.All(box => box.Height <= size && box.Width <= size && box.Top >= 0 && box.Left + box.Width <= 20));
        Assert.AreEqual(
            (21.0 - size) * (21 - size) / 400,
            boxes.Count(box => box.Height == size && box.Width == size) / (double)Many,
            0.03
        );
    }

    [TestMethod]
    public void Colours_change_by_factors_within_their_bounds_in_every_order()
    {
        ColorChange[] changes = Draws((ref SplitMix64 random) => ColorChange.Draw(new ColorJitter(0.4, 0.2), ref random));
        Assert.IsTrue(changes.All(change => change is { Brightness: >= 0.6 and < 1.4, Contrast: >= 0.8 and < 1.2, Saturation: 1 }));
        Assert.AreEqual(1, changes.Average(change => change.Brightness), 0.02);
        Assert.IsTrue(changes.Any(change => change.Brightness < 0.65) && changes.Any(change => change.Brightness > 1.35));
        Assert.HasCount(6, changes.Select(change => change.Order).Distinct().ToArray());
    }

    [TestMethod]
    public void TrivialAugment_draws_each_change_alike_and_each_strength_both_ways()
    {
        TrivialChange[] changes = Draws(TrivialChange.Draw);
        foreach (TrivialOperation operation in Enum.GetValues<TrivialOperation>())
        {
            TrivialChange[] own = [.. changes.Where(change => change.Operation == operation)];
            Assert.AreEqual(Many / 14.0, own.Length, 80, $"{operation}");
            double[] all = [.. Enumerable.Range(0, TrivialChange.Bins).Select(bin => TrivialChange.MagnitudeOf(operation, bin)).Distinct()];
            Assert.IsTrue(own.All(change => all.Contains(Math.Abs(change.Magnitude))), $"{operation}");
            bool isSigned = operation is >= TrivialOperation.ShearX and <= TrivialOperation.Sharpness;
            Assert.AreEqual(isSigned, own.Any(change => change.Magnitude < 0), $"{operation}");
        }
    }

    [TestMethod]
    public void Each_part_has_a_stream_of_its_own()
    {
        ulong[] first =
        [
            .. from part in Enum.GetValues<AugmentationPart>()
            from seed in new[] { 1, -1, int.MaxValue }
            from epoch in new[] { 1, 2 }
            from image in new[] { 0, 7 }
            select part.Of(seed, epoch, image).Next(),
        ];
        Assert.HasCount(first.Length, first.Distinct().ToArray());
    }

    private static T[] Draws<T>(Draw<T> draw)
    {
        return [.. Enumerable.Range(0, Many).Select(One)];

        T One(int i)
        {
            SplitMix64 random = SplitMix64.Stream(3, i);
            return draw(ref random);
        }
    }

    private delegate T Draw<T>(ref SplitMix64 random);
}
