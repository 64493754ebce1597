using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Tests.Input;

/// <summary>Images as the network is given them: what is on is done, in its order, and what is off is not.</summary>
[TestClass]
public sealed class AugmentedImagesTests
{
    private const int Count = 20;
    private static readonly ImageShape Shape = new(TinyImages.Side, TinyImages.Side);

    // All but the crop that excludes another.
    private static readonly Augmentation Everything = new(Flip: true)
    {
        AlternatingFlip = true,
        ResizedCrop = new(),
        Color = new(0.4, 0.4, 0.4),
        TrivialAugment = true,
        Erasing = new(),
        Cutout = new(),
    };
    private readonly PixelMap _map = new(new Normalization([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]), 255);
    private LabeledImages _images = null!;

    [TestInitialize]
    public void Read() => _images = StoredRows.Of(Rows.View(new MLContext(), Rows.Of(Count)));

    [TestCleanup]
    public void Free() => _images.Dispose();

    [TestMethod]
    public void Everything_together_depends_on_seed_epoch_and_row_alone()
    {
        float[] expected = Image(Everything, row: 5, epoch: 3);
        AugmentedImages others = Augmented(Everything);
        foreach (int row in new[] { 9, 5, 0 })
            others.Write(row, 2, new float[Shape.Values]);
        float[] after = new float[Shape.Values];
        others.Write(5, 3, after);

        CollectionAssert.AreEqual(expected, after, "whatever came before");
        CollectionAssert.AreEqual(expected, Image(Everything, row: 0, epoch: 3, rows: [5]), "whatever else is in the set");
        CollectionAssert.AreNotEqual(expected, Image(Everything, row: 5, epoch: 4));
        CollectionAssert.AreNotEqual(expected, Image(Everything, row: 5, epoch: 3, seed: 8));
    }

    [TestMethod]
    public void Each_part_acts_alone_too()
    {
        float[][] plain = All(Augmentation.None);
        foreach (
            Augmentation part in new Augmentation[]
            {
                new() { ResizedCrop = new() },
                new() { Color = new(0.4) },
                new() { Color = new(0, 0.4) },
                new() { Color = new(0, 0, 0.4) },
                new() { TrivialAugment = true },
                new() { Erasing = new(1) },
                new() { Cutout = new() },
            }
        )
        {
            int changed = All(part).Zip(plain).Count(pair => !pair.First.SequenceEqual(pair.Second));
            Assert.IsGreaterThan(Count / 2, changed, $"{part}");
        }
    }

    [TestMethod]
    public void What_is_erased_is_the_mean_colour_and_the_rest_stays_the_same_whatever_else_is_on()
    {
        var whole = new Augmentation(2, Flip: true) { Color = new(0.3, 0.3, 0.3) };
        foreach (Augmentation holed in new[] { whole with { Erasing = new(1) }, whole with { Cutout = new(12) } })
        {
            foreach ((float[] image, float[] before) in All(holed).Zip(All(whole)))
            {
                int[] differ = [.. Enumerable.Range(0, image.Length).Where(i => image[i] != before[i])];
                Assert.IsTrue(differ.Length > 0 && differ.All(i => image[i] == 0), $"{holed}");
            }
        }
    }

    [TestMethod]
    public void Moves_on_bytes_are_those_of_the_normalising_pass()
    {
        // TrivialAugment's draws leave some images as they are: these are then placed as without it.
        foreach (bool reflected in new[] { false, true })
        {
            var placed = new Augmentation(4, Flip: true) { ReflectedPadding = reflected };
            float[][] expected = All(placed),
                actual = All(placed with { TrivialAugment = true });
            int same = expected.Zip(actual).Count(pair => pair.First.SequenceEqual(pair.Second));
            Assert.IsTrue(same is > 0 and < Count, $"{same} of {Count}");
        }
    }

    [TestMethod]
    public void Holes_serve_images_of_singles_as_well()
    {
        using LabeledImages singles = StoredRows.Of(Rows.View(new MLContext(), Rows.Singles(Rows.Of(Count))));
        var holes = new Augmentation(2, Flip: true) { Erasing = new(1), Cutout = new() };
        float[] expected = Image(holes, row: 3, epoch: 1),
            actual = new float[Shape.Values];
        new AugmentedImages(new ImageRows(singles), _map, holes, seed: 7).Write(3, 1, actual);
        for (int i = 0; i < actual.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
    }

    private float[][] All(Augmentation augmentation) => [.. Enumerable.Range(0, Count).Select(row => Image(augmentation, row, epoch: 1))];

    private float[] Image(Augmentation augmentation, int row, int epoch, int seed = 7, int[]? rows = null)
    {
        float[] hwc = new float[Shape.Values];
        Augmented(augmentation, seed, rows).Write(row, epoch, hwc);
        return hwc;
    }

    private AugmentedImages Augmented(Augmentation augmentation, int seed = 7, int[]? rows = null) =>
        new(rows is null ? new ImageRows(_images) : new ImageRows(_images, rows), _map, augmentation, seed);
}
