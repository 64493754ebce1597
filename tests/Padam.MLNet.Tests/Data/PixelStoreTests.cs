using Microsoft.ML;
using Padam.MLNet.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class PixelStoreTests
{
    private static readonly ImageShape Shape = new(500, 500);

    [TestMethod]
    public void Images_beyond_the_limit_come_back_from_the_file_as_they_went_in()
    {
        // Five images of 750,000 bytes a block; the limit holds one block.
        using var store = new PixelStore<byte>(Shape.Values, new ImageMemory(5_000_000));
        for (int i = 0; i < 12; i++)
            store.Add(pixels => new Random(i).NextBytes(pixels));

        Assert.AreEqual(7, store.InFile);
        byte[] expected = new byte[Shape.Values];
        foreach (int i in new[] { 11, 0, 4, 5, 8, 5 })
        {
            new Random(i).NextBytes(expected);
            Assert.IsTrue(store[i].SequenceEqual(expected), $"image {i}");
        }
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(long.MaxValue)]
    public void An_image_that_cannot_be_read_is_not_added(long limit)
    {
        using var store = new PixelStore<float>(Shape.Values, new ImageMemory(limit));
        store.Add(pixels => pixels.Fill(1));
        Assert.ThrowsExactly<InvalidDataException>(() => store.Add(_ => throw new InvalidDataException("bad")));
        store.Add(pixels => pixels.Fill(2));

        Assert.AreEqual(2, store.Count);
        Assert.AreEqual(2f, store[1][0]);
    }

    [TestMethod]
    public void A_training_from_the_file_gives_the_same_model_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var mlContext = new MLContext(seed: 1);
        (IDataView all, IDataView test) = TinyImages.Load(mlContext, folder.Path);
        // All rows of CIFAR would be read where they lie.
        IDataView train = mlContext.Data.TakeRows(all, all.GetRowCount()!.Value - 1);
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationSet = test;
        string inMemory = TinyImages.TrainedHash(mlContext, options, train);
        options.ImageMemoryLimit = 0;

        Assert.AreEqual(inMemory, TinyImages.TrainedHash(mlContext, options, train));
        Assert.IsEmpty(Directory.GetFiles(Path.GetTempPath(), "padam-*.pixels"));
    }

    [TestMethod]
    public void Cifar_is_read_where_it_lies_and_copied_where_only_some_rows_are_taken_to_the_same_model()
    {
        using var folder = new TemporaryFolder();
        var mlContext = new MLContext(seed: 1);
        (IDataView train, _) = TinyImages.Load(mlContext, folder.Path);
        ImageClassificationOptions options = TinyImages.Options();
        IDataView copied = mlContext.Data.TakeRows(train, train.GetRowCount()!.Value);

        Assert.AreEqual(0, Taken(train));
        Assert.IsGreaterThan(200 * TinyImages.Bytes - 1, Taken(copied));
        Assert.AreEqual(TinyImages.TrainedHash(mlContext, options, copied), TinyImages.TrainedHash(mlContext, options, train));
    }

    // Bytes of the memory for images that reading a view took.
    private static long Taken(IDataView view)
    {
        const long limit = 1 << 30;
        var memory = new ImageMemory(limit);
        ImageColumn features = ImageColumn.Of(view.Schema, "Features");
        using var images = LabeledImages.Read(view, features, LabelColumn.Of(view.Schema, "Label"), null, new ImageReading(memory));
        Assert.AreEqual(200, images.Count);
        long left = 0;
        while (memory.Take(1024))
            left += 1024;
        return limit - left;
    }
}
