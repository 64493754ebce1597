using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class CalibrationBinsTests
{
    [TestMethod]
    public void The_error_is_the_mean_distance_of_confidence_and_accuracy_over_answers()
    {
        var bins = new CalibrationBins();
        // Of four answers with 0.95 three are right: 0.2 apart. Of two with 0.55 one: 0.05 apart.
        foreach (
            (double confidence, bool isRight) in new[]
            {
                (0.95, true),
                (0.95, true),
                (0.95, true),
                (0.95, false),
                (0.55, true),
                (0.55, false),
            }
        )
            bins.Add(confidence, isRight);

        Assert.AreEqual(((4 * 0.2) + (2 * 0.05)) / 6, bins.Error, 1e-12);
        CollectionAssert.AreEqual(new long[] { 0, 0, 0, 0, 0, 2, 0, 0, 0, 4 }, bins.Bins.Select(bin => bin.Images).ToArray());
        Assert.AreEqual(0.75, bins.Bins[9].Accuracy);
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0.0999, 0)]
    [DataRow(0.1, 1)]
    [DataRow(0.9999, 9)]
    [DataRow(1, 9)]
    [DataRow(1.0000001, 9)]
    public void Every_confidence_has_a_bin(double confidence, int bin)
    {
        var bins = new CalibrationBins();
        bins.Add(confidence, isRight: true);
        Assert.AreEqual(1, bins.Bins[bin].Images);
    }
}
