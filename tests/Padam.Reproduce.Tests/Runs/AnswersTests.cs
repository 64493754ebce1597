using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class AnswersTests
{
    private sealed class Scored
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];
    }

    // The last row has no label: there are classes 0 to 2.
    private static readonly Scored[] Rows =
    [
        new() { Label = 0, Score = [0.75f, 0.25f, 0] },
        new() { Label = 0, Score = [0.25f, 0.5f, 0.25f] },
        new() { Label = 1, Score = [0, 0.125f, 0.875f] },
        new() { Label = 2, Score = [0.5f, 0, 0.5f] },
        new() { Label = 2, Score = [0, 0, 1] },
        new() { Label = 3, Score = [1, 0, 0] },
    ];

    [TestMethod]
    public void Images_are_counted_by_their_class_and_by_the_most_probable_first_one() =>
        Assert.AreEqual("1 1 0; 0 0 1; 1 0 1", string.Join("; ", Of(Rows).Confusion.Select(row => string.Join(' ', row))));

    [TestMethod]
    public void The_surest_mistakes_are_kept_the_surest_first()
    {
        Mistake[] all = [new(2, 1, 2, 0.875), new(1, 0, 1, 0.5), new(3, 2, 0, 0.5)];
        CollectionAssert.AreEqual(all, Of(Rows).SurestMistakes.ToArray());
        CollectionAssert.AreEqual(all[..1], Of(Rows, mostMistakes: 1).SurestMistakes.ToArray());
        Assert.IsEmpty(Of(Rows, mostMistakes: 0).SurestMistakes);
    }

    [TestMethod]
    public void Each_answer_is_in_the_bin_of_its_confidence()
    {
        IReadOnlyList<CalibrationBin> bins = Of(Rows).Calibration.Bins;
        CollectionAssert.AreEqual(new long[] { 0, 0, 0, 0, 0, 2, 0, 1, 1, 1 }, bins.Select(bin => bin.Images).ToArray());
        CollectionAssert.AreEqual(new long[] { 0, 0, 0, 0, 0, 0, 0, 1, 0, 1 }, bins.Select(bin => bin.Right).ToArray());
        Assert.AreEqual((0.5, 0.6, 0.5), (bins[5].Low, bins[5].High, bins[5].Confidence));
    }

    private static Answers Of(Scored[] rows, int mostMistakes = 10) =>
        Answers.Of(new MLContext(seed: 1).Data.LoadFromEnumerable(rows), classes: 3, mostMistakes);
}
