using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using TorchSharp;

namespace Padam.MLNet.Tests.Input;

/// <summary>
/// Batches made by tensor operators, as on a device, are those that the CPU's vector instructions make: from the same draws, in the same
/// order.
/// </summary>
[TestClass]
public class DeviceImagesTests
{
    private const int Seed = 5,
        Batch = 16;
    private static readonly Normalization Cifar = new([0.49f, 0.48f, 0.45f], [0.25f, 0.24f, 0.26f]);

    // What is 1 in the network is white: the difference of grey levels can be read.
    private static readonly Normalization None = new([0, 0, 0], [1, 1, 1]);

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Where the tensors are.</summary>
    private protected virtual torch.Device Device => torch.CPU;

    [TestMethod]
    [DataRow(false, DisplayName = "bytes")]
    [DataRow(true, DisplayName = "singles")]
    public void Crops_flips_holes_cuts_and_order_are_the_same_to_the_last_bit(bool singles)
    {
        Augmentation[] exact =
        [
            Augmentation.None,
            new(4),
            new(4) { ReflectedPadding = true },
            new(Flip: true),
            new(3, Flip: true) { AlternatingFlip = true },
            new() { Erasing = new(1) },
            new() { Cutout = new(9) },
            new() { Mixing = new(CutMix: 1) },
            new(5, Flip: true)
            {
                ReflectedPadding = true,
                Erasing = new(),
                Cutout = new(),
                Mixing = new(CutMix: 1),
            },
        ];
        foreach (Augmentation augmentation in exact)
            Assert.AreEqual(0, Difference(augmentation, Cifar, new ImageShape(14, 19), epochs: 3, singles), $"{augmentation}");
    }

    [TestMethod]
    public void Enlarged_and_coloured_images_differ_by_one_grey_level_at_most()
    {
        Augmentation[] parts =
        [
            new(Flip: true) { ResizedCrop = new() },
            new() { Color = new(0.8) },
            new() { Color = new(0, 0.8) },
            new() { Color = new(0, 0, 0.8) },
            new() { Color = new(0.4, 0.4, 0.4) },
            new(2, Flip: true) { TrivialAugment = true },
        ];
        foreach (ImageShape shape in new[] { new ImageShape(14, 19), new(2, 3), new(32, 32) })
        {
            foreach (Augmentation augmentation in parts.Where(part => part.CropPadding < shape.Height))
            {
                double levels = 255 * Difference(augmentation, None, shape, epochs: 12);
                TestContext.WriteLine($"{shape} {augmentation}: {levels:0.###} grey levels");
                Assert.IsLessThan(1.01, levels, $"{shape} {augmentation}");
            }
        }
    }

    [TestMethod]
    public void Mixed_images_differ_by_a_millionth_at_most()
    {
        double difference = Difference(new(4, Flip: true) { Mixing = new(Mixup: 0.4, CutMix: 1) }, Cifar, new(32, 32), epochs: 10);
        TestContext.WriteLine($"{difference:0.##e0}");
        Assert.IsLessThan(1e-6, difference);
    }

    [TestMethod]
    public void All_together_keep_within_a_grey_level_where_they_do_not_feed_one_another()
    {
        var everything = new Augmentation(3, Flip: true)
        {
            Color = new(0.4, 0.4, 0.4),
            TrivialAugment = true,
            Erasing = new(),
            Cutout = new(8),
            Mixing = new(0.4, 1),
        };
        double[] differences = [.. Differences(everything, None, new(32, 32), epochs: 5)];
        double far = differences.Count(difference => 255 * difference > 1.01) / (double)differences.Length;
        TestContext.WriteLine($"{far:P3} of the numbers differ by more");
        // A level more before equalizing or sharpening may be several behind.
        Assert.IsLessThan(0.001, far);
    }

    private double Difference(Augmentation augmentation, Normalization normalization, ImageShape shape, int epochs, bool singles = false) =>
        Differences(augmentation, normalization, shape, epochs, singles).Max();

    private IEnumerable<double> Differences(
        Augmentation augmentation,
        Normalization normalization,
        ImageShape shape,
        int epochs,
        bool singles = false
    )
    {
        using LabeledImages images = Images(shape, singles);
        var input = new AugmentedImages(new ImageRows(images), new PixelMap(normalization, 255), augmentation, Seed);
        DeviceTransfer memory = new(torch.CPU),
            device = new(Device);
        BatchMixer? mixer = augmentation.Mixing is { } mixing ? new(mixing, shape, Seed) : null;
        using BatchAssembly host = Assembly(rows => new HostImages(input, rows, memory, mixer), memory),
            tensors = Assembly(rows => new DeviceImages(input, rows, device, mixer), device);
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            foreach ((TrainingBatch expected, TrainingBatch actual) in host.Epoch(epoch).Zip(tensors.Epoch(epoch)))
            {
                CollectionAssert.AreEqual(expected.Images.shape, actual.Images.shape);
                CollectionAssert.AreEqual(Numbers<long>(expected.Labels), Numbers<long>(actual.Labels));
                CollectionAssert.AreEqual(Numbers<float>(expected.Weights!), Numbers<float>(actual.Weights!));
                Assert.AreEqual((expected.Weight, expected.Share), (actual.Weight, actual.Share));
                foreach ((float own, float other) in Numbers<float>(expected.Images).Zip(Numbers<float>(actual.Images)))
                    yield return Math.Abs(own - other);
                foreach (
                    torch.Tensor? tensor in new[]
                    {
                        expected.Images,
                        expected.Labels,
                        expected.Weights,
                        actual.Images,
                        actual.Labels,
                        actual.Weights,
                    }
                )
                    tensor!.Dispose();
            }
        }

        BatchAssembly Assembly(Func<int, IBatchImages> room, DeviceTransfer way) =>
            new(input, room, way, Batch, Seed, [.. Enumerable.Range(0, images.Count).Select(row => row / 3f)]);
    }

    private static T[] Numbers<T>(torch.Tensor tensor)
        where T : unmanaged
    {
        using torch.Tensor here = tensor.cpu(),
            inOrder = here.contiguous();
        return MemoryMarshal.Cast<byte, T>(inOrder.bytes).ToArray();
    }

    // Noise, ramps, images of one colour and of two.
    private static LabeledImages Images(ImageShape shape, bool singles)
    {
        var random = new Random(3);
        Row<uint, byte[]>[] rows =
        [
            .. Enumerable.Range(0, 45).Select(i => new Row<uint, byte[]> { Label = (uint)(i % 10), Features = Image(i) }),
        ];
        var context = new MLContext();
        int[] dimensions = [3, shape.Height, shape.Width];
        IDataView view = singles
            ? Rows.View(context, Rows.Singles(rows), dimensions: dimensions)
            : Rows.View(context, rows, dimensions: dimensions);
        return StoredRows.Of(view);

        byte[] Image(int i)
        {
            byte[] image = new byte[shape.Values];
            random.NextBytes(image);
            for (int at = 0; at < image.Length; at++)
                image[at] = (i % 5) switch
                {
                    0 => image[at],
                    1 => (byte)(at * 7 / (1 + (i % 3))),
                    2 => (byte)(5 * i),
                    3 => (byte)(at % (2 + (i % 4)) == 0 ? 30 + i : 200),
                    _ => (byte)(100 + (image[at] / 16)),
                };
            return image;
        }
    }
}
