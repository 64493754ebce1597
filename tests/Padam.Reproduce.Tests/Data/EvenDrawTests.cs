using Padam.Reproduce.Data;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class EvenDrawTests
{
    /// <summary>90 rows of the first class, then 10 of the second, then 50 of the third.</summary>
    private static readonly uint[] Classes = [.. Enumerable.Repeat(1u, 90), .. Enumerable.Repeat(2u, 10), .. Enumerable.Repeat(3u, 50)];

    private static int[] Counts(HashSet<int> rows) => [.. new uint[] { 1, 2, 3 }.Select(one => rows.Count(row => Classes[row] == one))];

    [TestMethod]
    [DataRow(3, new[] { 1, 1, 1 })]
    [DataRow(30, new[] { 10, 10, 10 })]
    [DataRow(50, new[] { 20, 10, 20 }, DisplayName = "a class that has no more leaves its share to the others")]
    [DataRow(150, new[] { 90, 10, 50 })]
    [DataRow(1000, new[] { 90, 10, 50 }, DisplayName = "more than there are")]
    public void As_many_of_each_class_as_of_any_other(int count, int[] expected) =>
        CollectionAssert.AreEqual(expected, Counts(EvenDraw.Rows(Classes, count, seed: 1)));

    [TestMethod]
    public void What_does_not_divide_is_shared_out_by_chance()
    {
        int[][] draws = [.. Enumerable.Range(0, 20).Select(seed => Counts(EvenDraw.Rows(Classes, 4, seed)))];
        Assert.IsTrue(draws.All(draw => draw.Sum() == 4 && draw.Min() == 1));
        Assert.IsGreaterThan(1, draws.Select(draw => Array.IndexOf(draw, 2)).Distinct().Count());
    }

    [TestMethod]
    public void The_same_seed_draws_the_same_rows_and_another_others()
    {
        Assert.IsTrue(EvenDraw.Rows(Classes, 30, 7).SetEquals(EvenDraw.Rows(Classes, 30, 7)));
        Assert.IsFalse(EvenDraw.Rows(Classes, 30, 7).SetEquals(EvenDraw.Rows(Classes, 30, 8)));
        Assert.IsFalse(EvenDraw.Rows(Classes, 30, 7).SetEquals(EvenDraw.Rows(Classes, 30, 7).Order().Take(29)), "not the first ones");
    }
}
