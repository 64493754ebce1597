using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using TorchSharp;

namespace Padam.MLNet.Tests.Input;

[TestClass]
public sealed class BatchAssemblyTests
{
    private const int Count = 23,
        Seed = 5;

    // White is 1 and nothing is subtracted, so that what comes out can be read. Each row is its own class.
    private static readonly PixelMap Map = new(new Normalization([0, 0, 0], [1, 1, 1]), 255);
    private readonly Row<uint, byte[]>[] _rows =
    [
        .. Rows.Of(Count).Select((row, i) => new Row<uint, byte[]> { Label = (uint)i, Features = row.Features }),
    ];
    private LabeledImages _images = null!;

    [TestInitialize]
    public void Read() => _images = StoredRows.Of(Rows.View(new MLContext(), _rows, classes: Count));

    [TestMethod]
    public void An_epoch_has_every_row_once_in_an_order_of_its_own()
    {
        (int Row, float[] Image)[] first = Epoch(1),
            second = Epoch(2);

        CollectionAssert.AreEquivalent(Enumerable.Range(0, Count).ToArray(), first.Select(entry => entry.Row).ToArray());
        CollectionAssert.AreNotEqual(Enumerable.Range(0, Count).ToArray(), first.Select(entry => entry.Row).ToArray());
        CollectionAssert.AreNotEqual(first.Select(entry => entry.Row).ToArray(), second.Select(entry => entry.Row).ToArray());
        foreach ((int row, float[] image) in first)
            CollectionAssert.AreEqual(Placed(row, Placement.Unmoved), image);
    }

    [TestMethod]
    [DataRow(23, 11, false, 12, DisplayName = "a last row of one joins its neighbour")]
    [DataRow(23, 11, true, 11)]
    [DataRow(23, 5, false, 5)]
    [DataRow(23, 64, true, 23)]
    public void The_longest_batch_is_known_before_one_is_made(int rows, int batchSize, bool dropPartBatch, int expected) =>
        Assert.AreEqual(expected, BatchAssembly.Longest(rows, batchSize, dropPartBatch));

    [TestMethod]
    public void Crops_and_flips_are_whole_moves_of_the_image_with_black_flowing_in()
    {
        List<Placement> seen = [];
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            foreach ((int row, float[] image) in Epoch(epoch, new Augmentation(2, Flip: true)))
                seen.Add(Find(row, image));
        }

        Assert.HasCount(25, seen.Select(placement => (placement.Down, placement.Right)).Distinct().ToArray(), "92 draws of 25 moves");
        Assert.IsGreaterThan(25, seen.Count(placement => placement.Mirrored));
        Assert.IsGreaterThan(25, seen.Count(placement => !placement.Mirrored));

        Placement Find(int row, float[] image)
        {
            Placement[] all =
            [
                .. from down in Enumerable.Range(-2, 5)
                from right in Enumerable.Range(-2, 5)
                from mirrored in new[] { false, true }
                select new Placement(down, right, mirrored),
            ];
            return all.Single(placement => Placed(row, placement).AsSpan().SequenceEqual(image));
        }
    }

    [TestMethod]
    public void Flip_alone_mirrors_and_crop_alone_does_not()
    {
        foreach ((int row, float[] image) in Epoch(1, new Augmentation(0, Flip: true)))
            Assert.IsTrue(
                image.AsSpan().SequenceEqual(Placed(row, new(0, 0, false))) || image.AsSpan().SequenceEqual(Placed(row, new(0, 0, true)))
            );
        foreach ((int row, float[] image) in Epoch(1, new Augmentation(1)))
            Assert.IsTrue(
                (
                    from down in Enumerable.Range(-1, 3)
                    from right in Enumerable.Range(-1, 3)
                    select Placed(row, new(down, right, false))
                ).Any(image.SequenceEqual)
            );
    }

    [TestMethod]
    public void What_becomes_of_a_row_depends_on_seed_epoch_and_row_alone()
    {
        var augmentation = new Augmentation(3, Flip: true);
        Dictionary<int, float[]> expected = Epoch(3, augmentation).ToDictionary(entry => entry.Row, entry => entry.Image);

        Same(Epoch(3, augmentation, batchSize: 4), expected);
        Same(Epoch(3, augmentation, batchSize: 100), expected);
        Same(Epoch(3, augmentation, rows: [1, 5, 7, 20]), expected);
        Differ(Epoch(4, augmentation), expected);
        Differ(Epoch(3, augmentation, seed: Seed + 1), expected);

        static void Same((int Row, float[] Image)[] actual, Dictionary<int, float[]> expected)
        {
            foreach ((int row, float[] image) in actual)
                CollectionAssert.AreEqual(expected[row], image);
        }

        static void Differ((int Row, float[] Image)[] actual, Dictionary<int, float[]> expected) =>
            Assert.IsGreaterThan(Count / 2, actual.Count(entry => !entry.Image.SequenceEqual(expected[entry.Row])));
    }

    [TestMethod]
    public void Batches_are_the_same_whatever_the_number_of_threads()
    {
        int threads = torch.get_num_threads();
        try
        {
            torch.set_num_threads(1);
            (int Row, float[] Image)[] alone = Epoch(1, new Augmentation(2, Flip: true));
            torch.set_num_threads(4);
            (int Row, float[] Image)[] many = Epoch(1, new Augmentation(2, Flip: true));

            for (int i = 0; i < Count; i++)
            {
                Assert.AreEqual(alone[i].Row, many[i].Row);
                CollectionAssert.AreEqual(alone[i].Image, many[i].Image);
            }
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    [TestMethod]
    [DataRow(5, "5 5 5 5 3")]
    [DataRow(11, "11 12")]
    [DataRow(22, "23")]
    [DataRow(23, "23")]
    [DataRow(1000, "23")]
    [DataRow(int.MaxValue, "23")]
    public void A_last_batch_of_one_joins_the_one_before(int batchSize, string expected) =>
        Assert.AreEqual(expected, string.Join(' ', Sizes(batchSize)));

    [TestMethod]
    public void Batches_of_one_stay_so() => Assert.HasCount(Count, Sizes(1));

    [TestMethod]
    public void An_epoch_begun_in_its_middle_goes_on_as_it_would_have()
    {
        var augmentation = new Augmentation(2, Flip: true);
        (int Row, float[] Image)[] whole = Epoch(1, augmentation, batchSize: 5),
            rest = Epoch(1, augmentation, batchSize: 5, first: 2);

        Assert.HasCount(Count - 10, rest);
        for (int i = 0; i < rest.Length; i++)
        {
            Assert.AreEqual(whole[i + 10].Row, rest[i].Row);
            CollectionAssert.AreEqual(whole[i + 10].Image, rest[i].Image);
        }
    }

    [TestMethod]
    public void A_reflected_border_is_torchs()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach ((int row, float[] image) in Epoch(1, new Augmentation(3) { ReflectedPadding = true }))
        {
            torch.Tensor planes = torch.tensor(_rows[row].Features.Select(value => value / 255f).ToArray()).reshape(1, 3, 32, 32),
                padded = torch.nn.functional.pad(planes, [3, 3, 3, 3], mode: PaddingModes.Reflect),
                seen = torch.tensor(image).reshape(1, 32, 32, 3).permute(0, 3, 1, 2);
            var crops =
                from y in Enumerable.Range(0, 7)
                from x in Enumerable.Range(0, 7)
                select padded.narrow(2, y, 32).narrow(3, x, 32).equal(seen).all().item<bool>();
            Assert.AreEqual(1, crops.Count(isSame => isSame), $"row {row} is one of the 49 crops");
        }
    }

    [TestMethod]
    public void Alternating_flips_turn_a_random_half_over_from_epoch_to_epoch()
    {
        bool[] Mirrored(int epoch) =>
            [
                .. Epoch(epoch, new Augmentation(Flip: true) { AlternatingFlip = true })
                    .OrderBy(entry => entry.Row)
                    .Select(entry => !entry.Image.SequenceEqual(Placed(entry.Row, Placement.Unmoved))),
            ];

        bool[] first = Mirrored(1);
        Assert.IsTrue(first.Count(mirrored => mirrored) is > 4 and < Count - 4);
        CollectionAssert.AreEqual(first.Select(mirrored => !mirrored).ToArray(), Mirrored(2));
        CollectionAssert.AreEqual(first, Mirrored(3));
    }

    [TestMethod]
    public void What_checkpoints_say_of_augmentation_stays_as_it_was()
    {
        Assert.AreEqual("Augmentation { CropPadding = 2, Flip = True }", new Augmentation(2, true).ToString());
        Assert.AreEqual(
            "Augmentation { CropPadding = 2, Flip = True, ReflectedPadding = True, AlternatingFlip = True }",
            new Augmentation(2, true) { ReflectedPadding = true, AlternatingFlip = true }.ToString()
        );
        Assert.AreEqual(
            "Augmentation { CropPadding = 0, Flip = False, TrivialAugment = True, Cutout { Size = 8 } }",
            new Augmentation { TrivialAugment = true, Cutout = new() }.ToString()
        );
    }

    [TestMethod]
    public void A_part_batch_can_be_left_out()
    {
        CollectionAssert.AreEqual(new[] { 8, 8 }, Sizes(8, dropPartBatch: true));
        CollectionAssert.AreEqual(new[] { 23 }, Sizes(23, dropPartBatch: true));
        CollectionAssert.AreEqual(new[] { 23 }, Sizes(100, dropPartBatch: true));
        CollectionAssert.AreEqual(new[] { 11, 11 }, Sizes(11, dropPartBatch: true));
    }

    private float[] Placed(int row, Placement placement)
    {
        float[] hwc = new float[TinyImages.Bytes];
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 32; x++)
            {
                (int fromY, int fromX) = (y - placement.Down, (placement.Mirrored ? 31 - x : x) - placement.Right);
                bool inside = fromY is >= 0 and < 32 && fromX is >= 0 and < 32;
                for (int c = 0; c < 3; c++)
                    hwc[(((y * 32) + x) * 3) + c] = inside ? _rows[row].Features[(c * 1024) + (fromY * 32) + fromX] / 255f : 0;
            }
        }

        return hwc;
    }

    private (int Row, float[] Image)[] Epoch(
        int epoch,
        Augmentation? augmentation = null,
        int batchSize = 8,
        int seed = Seed,
        int[]? rows = null,
        int first = 0
    )
    {
        var set = new ImageRows(_images, rows ?? [.. Enumerable.Range(0, Count)]);
        using BatchAssembly assembly = Assembly(set, augmentation ?? Augmentation.None, batchSize, seed);
        using DisposeScope scope = torch.NewDisposeScope();
        return [.. assembly.Epoch(epoch, first).SelectMany(Read)];

        static IEnumerable<(int, float[])> Read(TrainingBatch batch)
        {
            long[] labels = batch.Labels.data<long>().ToArray();
            float[] hwc = MemoryMarshal.Cast<byte, float>(batch.Images.contiguous().bytes).ToArray();
            return labels.Select((label, i) => ((int)label, hwc[(i * TinyImages.Bytes)..((i + 1) * TinyImages.Bytes)])).ToArray();
        }
    }

    private int[] Sizes(int batchSize, bool dropPartBatch = false)
    {
        var set = new ImageRows(_images, [.. Enumerable.Range(0, Count)]);
        using BatchAssembly assembly = Assembly(set, Augmentation.None, batchSize, Seed, dropPartBatch);
        using DisposeScope scope = torch.NewDisposeScope();
        return [.. assembly.Epoch(1).Select(batch => (int)batch.Labels.shape[0])];
    }

    private static BatchAssembly Assembly(ImageRows set, Augmentation augmentation, int batchSize, int seed, bool dropPartBatch = false)
    {
        var images = new AugmentedImages(set, Map, augmentation, seed);
        var device = new DeviceTransfer(torch.CPU);
        return new(images, rows => new HostImages(images, rows, device), device, batchSize, seed, dropPartBatch: dropPartBatch);
    }
}
