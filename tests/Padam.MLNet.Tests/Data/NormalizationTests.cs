using Microsoft.ML;
using Padam.MLNet.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class NormalizationTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(30);

    [TestMethod]
    public void What_is_measured_is_mean_and_deviation_of_each_channel()
    {
        Normalization ofBytes = Measure(Rows.View(_mlContext, _rows), 255),
            ofSingles = Measure(Rows.View(_mlContext, Rows.Singles(_rows, 1 / 255f)), 1);

        for (int c = 0; c < 3; c++)
        {
            double[] values = [.. _rows.SelectMany(row => row.Features[(c * 1024)..((c + 1) * 1024)]).Select(value => value / 255.0)];
            double mean = values.Average(),
                deviation = Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
            Assert.AreEqual(mean, ofBytes.Mean[c], 1e-6);
            Assert.AreEqual(deviation, ofBytes.StandardDeviation[c], 1e-6);
            Assert.AreEqual(mean, ofSingles.Mean[c], 1e-6);
            Assert.AreEqual(deviation, ofSingles.StandardDeviation[c], 1e-6);
        }
    }

    [TestMethod]
    public void Only_training_rows_are_measured()
    {
        LabeledImages images = StoredRows.Of(Rows.View(_mlContext, _rows));

        Assert.AreEqual(
            NormalizationMeasure.Of(StoredRows.Of(Rows.View(_mlContext, _rows[10..20])), [.. Enumerable.Range(0, 10)], 255),
            NormalizationMeasure.Of(images, [.. Enumerable.Range(10, 10)], 255)
        );
        Assert.AreNotEqual(
            NormalizationMeasure.Of(images, [.. Enumerable.Range(0, 30)], 255),
            NormalizationMeasure.Of(images, [.. Enumerable.Range(10, 10)], 255)
        );
    }

    [TestMethod]
    public void A_channel_of_one_value_is_brought_to_zero_not_to_infinity()
    {
        foreach (Row<uint, byte[]> row in _rows)
            row.Features.AsSpan(1024, 1024).Fill(60);

        Normalization measured = Measure(Rows.View(_mlContext, _rows), 255);

        Assert.AreEqual(60 / 255f, measured.Mean[1], 1e-7f);
        Assert.AreEqual(1, measured.StandardDeviation[1]);
    }

    [TestMethod]
    public void A_given_normalisation_is_used_and_another_gives_another_model()
    {
        string Train(Normalization? normalization)
        {
            ImageClassificationOptions options = TinyImages.Options(epochs: 1);
            options.Normalization = normalization;
            return TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows));
        }

        string measured = Train(null);

        Assert.AreEqual(measured, Train(Measure(Rows.View(_mlContext, _rows), 255)));
        Assert.AreNotEqual(measured, Train(Normalization.Cifar10));
    }

    [TestMethod]
    public void The_pixel_map_is_value_less_mean_through_deviation_and_black_is_zero()
    {
        var map = new PixelMap(Normalization.Cifar10, pixelScale: 1);
        var (mean, deviation) = (Normalization.Cifar10.Mean, Normalization.Cifar10.StandardDeviation);
        for (int c = 0; c < 3; c++)
        {
            foreach (byte value in new byte[] { 0, 1, 128, 255 })
                Assert.AreEqual(((value / 255.0) - mean[c]) / deviation[c], map.Bytes.Map(c, value), 1e-6);
            foreach (float value in new[] { 0, 0.3f, 1, 1.5f, -2 })
                Assert.AreEqual((value - mean[c]) / deviation[c], map.Singles.Map(c, value), 2e-6);
            Assert.AreEqual(map.Bytes.Map(c, 0), map.Bytes.Padding(c));
            Assert.AreEqual(map.Singles.Map(c, 0), map.Singles.Padding(c));
        }
    }

    private static Normalization Measure(IDataView view, double scale)
    {
        LabeledImages images = StoredRows.Of(view);
        return NormalizationMeasure.Of(images, [.. Enumerable.Range(0, images.Count)], scale);
    }
}
