using Padam.MLNet.Input;

namespace Padam.MLNet.Tests.Input;

/// <summary>How the rows of a batch are shared out.</summary>
[TestClass]
public sealed class BatchShareTests
{
    private static readonly int[] Batch = [.. Enumerable.Range(100, 11)];

    [TestMethod]
    public void Shares_are_the_batch_in_its_order_and_differ_by_a_row_at_most()
    {
        for (int ranks = 1; ranks <= 5; ranks++)
        {
            for (int rows = ranks; rows <= Batch.Length; rows++)
            {
                int[][] shares = Shares(Batch[..rows], ranks);
                CollectionAssert.AreEqual(Batch[..rows], shares.SelectMany(share => share).ToArray(), $"{rows} rows, {ranks} ranks");
                Assert.IsLessThanOrEqualTo(1, shares.Max(share => share.Length) - shares.Min(share => share.Length));
                Assert.AreEqual(shares.Max(share => share.Length), new BatchShare(0, ranks).Longest(rows));
            }
        }
    }

    [TestMethod]
    public void Where_there_are_fewer_rows_than_ranks_the_last_ones_have_a_row_that_counts_for_nothing()
    {
        int[][] shares = Shares(Batch[..2], ranks: 4);
        CollectionAssert.AreEqual(new[] { 100 }, shares[0]);
        CollectionAssert.AreEqual(new[] { 101 }, shares[1]);
        Assert.HasCount(1, shares[2]);
        CollectionAssert.AreEqual(
            new[] { false, false, true, true },
            Enumerable.Range(0, 4).Select(rank => new BatchShare(rank, 4).IsEmpty(rows: 2)).ToArray()
        );
    }

    [TestMethod]
    public void The_row_that_the_first_is_mixed_with_comes_before_it()
    {
        int[] Rows(int rank) => new BatchShare(rank, 2, HasPartner: true).Of(Batch.AsSpan(0, 5)).ToArray();
        CollectionAssert.AreEqual(new[] { 104, 100, 101, 102 }, Rows(0));
        CollectionAssert.AreEqual(new[] { 102, 103, 104 }, Rows(1));
        Assert.AreEqual(4, new BatchShare(1, 2, HasPartner: true).Longest(5));
        Assert.AreEqual(0, new BatchShare(0, 1, HasPartner: true).Partners, "alone, the batch is mixed in itself");
    }

    [TestMethod]
    [DataRow(21, 8, 2, 8)]
    [DataRow(21, 8, 6, 13)]
    [DataRow(17, 8, 2, 9)]
    [DataRow(16, 4, 8, 4)]
    public void A_last_batch_of_too_few_rows_joins_the_one_before_it_and_a_whole_one_never(int rows, int size, int least, int longest) =>
        Assert.AreEqual(longest, BatchAssembly.Longest(rows, size, dropPartBatch: false, least));

    private static int[][] Shares(int[] batch, int ranks) =>
        [.. Enumerable.Range(0, ranks).Select(rank => new BatchShare(rank, ranks).Of(batch).ToArray())];
}
