using Padam.Reproduce.Data;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class SyntheticCifarTests
{
    private static readonly string[] Files =
    [
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
        "test_batch.bin",
        "batches.meta.txt",
    ];

    [TestMethod]
    public void The_same_seed_writes_the_same_bytes()
    {
        using TemporaryFolder one = new(),
            two = new();
        new SyntheticCifar(103, 20, Seed: 7).Write(one.Path);
        new SyntheticCifar(103, 20, Seed: 7).Write(two.Path);

        foreach (string file in Files)
            CollectionAssert.AreEqual(File.ReadAllBytes(one[file]), File.ReadAllBytes(two[file]), file);
    }

    [TestMethod]
    public void Another_seed_writes_other_images()
    {
        using TemporaryFolder one = new(),
            two = new();
        new SyntheticCifar(10, 10, Seed: 7).Write(one.Path);
        new SyntheticCifar(10, 10, Seed: 8).Write(two.Path);

        CollectionAssert.AreNotEqual(File.ReadAllBytes(one["test_batch.bin"]), File.ReadAllBytes(two["test_batch.bin"]));
    }

    [TestMethod]
    public void Records_are_a_label_and_three_planes_and_classes_are_balanced()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(1000, 100, Seed: 1).Write(folder.Path);

        byte[] records = File.ReadAllBytes(folder["data_batch_3.bin"]);
        Assert.AreEqual(200 * 3073, records.Length);
        int[] counts = new int[10];
        for (int i = 0; i < 200; i++)
            counts[records[i * 3073]]++;
        Assert.IsTrue(counts.All(count => count == 20), string.Join(' ', counts));
    }

    [TestMethod]
    public void No_two_images_of_a_set_are_alike()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(500, 100, Seed: 1).Write(folder.Path);

        var images = Files
            .Take(6)
            .SelectMany(file => File.ReadAllBytes(folder[file]).Chunk(3073))
            .Select(image => Convert.ToBase64String(image))
            .ToList();
        Assert.AreEqual(600, images.Count);
        Assert.AreEqual(600, images.Distinct().Count());
    }

    [TestMethod]
    public void A_written_set_is_recognised_and_a_changed_one_is_not()
    {
        using TemporaryFolder folder = new();
        var set = new SyntheticCifar(25, 10, Seed: 1);
        Assert.IsFalse(set.IsIn(folder.Path));
        set.Write(folder.Path);

        Assert.IsTrue(set.IsIn(folder.Path));
        Assert.IsFalse((set with { Seed = 2 }).IsIn(folder.Path));
        Assert.IsFalse((set with { TrainImages = 30 }).IsIn(folder.Path));
    }

    [TestMethod]
    public void Every_shape_covers_part_of_its_square_and_leaves_the_corners_free()
    {
        for (int shape = 0; shape < Shape.Names.Length; shape++)
        {
            int inside = 0;
            for (int y = -20; y <= 20; y++)
            for (int x = -20; x <= 20; x++)
                if (Shape.Distance(shape, x / 20f, y / 20f) < 0)
                    inside++;

            Assert.IsTrue(inside is > 41 * 41 / 8 and < 41 * 41 * 4 / 5, $"{Shape.Names[shape]} covers {inside} of {41 * 41} points");
            Assert.IsTrue(Shape.Distance(shape, 1, 1) > 0, Shape.Names[shape]);
        }
    }
}
