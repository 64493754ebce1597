using Microsoft.ML;

namespace Padam.MLNet.Tests.Training;

/// <summary>What a preview shows is what the training would see.</summary>
[TestClass]
public sealed class AugmentationPreviewTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(5);

    [TestMethod]
    public void Each_row_begins_with_the_image_as_it_is_to_the_byte()
    {
        IReadOnlyList<IReadOnlyList<PreviewedImage>> rows = Preview(new Augmentation(4, Flip: true) { TrivialAugment = true }, epochs: 2);
        Assert.HasCount(5, rows);
        for (int row = 0; row < rows.Count; row++)
        {
            Assert.HasCount(3, rows[row]);
            CollectionAssert.AreEqual(_rows[row].Features, Planes(rows[row][0]));
        }
    }

    [TestMethod]
    public void Epochs_are_those_of_the_seed()
    {
        var augmentation = new Augmentation(Flip: true) { AlternatingFlip = true };
        foreach (IReadOnlyList<PreviewedImage> row in Preview(augmentation, epochs: 3))
        {
            byte[] plain = Planes(row[0]),
                first = Planes(row[1]);
            Assert.AreNotEqual(plain.SequenceEqual(first), plain.SequenceEqual(Planes(row[2])));
            CollectionAssert.AreEqual(first, Planes(row[3]));
        }
    }

    [TestMethod]
    public void Images_are_mixed_with_the_one_before_them()
    {
        IReadOnlyList<IReadOnlyList<PreviewedImage>> rows = Preview(new() { Mixing = new(CutMix: 1) }, epochs: 4);
        byte[] own = Planes(rows[2][0]),
            partner = Planes(rows[1][0]);
        Assert.IsTrue(rows[2].Skip(1).Any(image => !Planes(image).SequenceEqual(own)));
        foreach (byte[] mixed in rows[2].Skip(1).Select(Planes))
            Assert.IsTrue(mixed.Zip(own, partner).All(value => value.First == value.Second || value.First == value.Third));
    }

    [TestMethod]
    public void What_the_trainer_refuses_is_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Preview(new(-1), epochs: 1)).Message, "CropPadding is -1");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Preview(new() { Cutout = new(40) }, epochs: 1)).Message,
            "a square of 40 is larger than the images of 32x32"
        );
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Preview(new(), epochs: -1));
    }

    [TestMethod]
    public void More_values_than_an_array_holds_are_refused_before_reading()
    {
        List<Row<uint, byte[]>> many = [.. Enumerable.Repeat(_rows[0], 700_000)];
        StringAssert.Contains(
            Assert
                .ThrowsExactly<ArgumentException>(() =>
                    _mlContext.Padam().PreviewAugmentation(Rows.View(_mlContext, many), new ImageClassificationOptions(), epochs: 1)
                )
                .Message,
            "700000 images of 32x32 are too many for a preview. Take fewer rows (Data.TakeRows)."
        );
    }

    [TestMethod]
    public void Cancelling_ends_it_between_epochs()
    {
        using CancellationTokenSource stop = new();
        var options = new ImageClassificationOptions { CancellationToken = stop.Token };
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            _mlContext.Padam().PreviewAugmentation(Rows.View(_mlContext, ThenStop()), options, epochs: 1)
        );

        IEnumerable<Row<uint, byte[]>> ThenStop()
        {
            foreach (Row<uint, byte[]> row in _rows)
                yield return row;
            stop.Cancel();
        }
    }

    private IReadOnlyList<IReadOnlyList<PreviewedImage>> Preview(Augmentation augmentation, int epochs) =>
        _mlContext
            .Padam()
            .PreviewAugmentation(
                Rows.View(_mlContext, _rows),
                new ImageClassificationOptions { Augmentation = augmentation, Seed = 3 },
                epochs
            );

    private static byte[] Planes(PreviewedImage image) =>
        [
            .. from c in Enumerable.Range(0, 3)
            from i in Enumerable.Range(0, TinyImages.Side * TinyImages.Side)
            select image.Rgb.Span[(3 * i) + c],
        ];
}
