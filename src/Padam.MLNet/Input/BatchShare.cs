namespace Padam.MLNet.Input;

/// <summary>Which rows of each batch are this process's: one after the other, and as many as each other's, but for one more.</summary>
/// <param name="Rank">This process among those that share a batch, from 0.</param>
/// <param name="Ranks">How many share it.</param>
/// <param name="LeastRows">A last batch of fewer rows, which is shorter than the others, joins the one before it.</param>
/// <param name="HasPartner">Whether the row before the first comes too: images are mixed with the one before them.</param>
internal readonly record struct BatchShare(int Rank, int Ranks, int LeastRows = BatchShare.NoSingleRow, bool HasPartner = false)
{
    /// <summary>Batch normalisation cannot work on one value a channel.</summary>
    internal const int NoSingleRow = 2;

    /// <summary>All rows are this process's.</summary>
    internal static BatchShare Whole { get; } = new(0, 1);

    /// <summary>Rows that come before the share.</summary>
    internal int Partners => HasPartner && Ranks > 1 ? 1 : 0;

    /// <summary>The most rows that a share of a batch has, with those before it.</summary>
    internal int Longest(int rows) => ((rows + Ranks - 1) / Ranks) + Partners;

    /// <summary>Whether a batch has no row for this process.</summary>
    internal bool IsEmpty(int rows) => rows <= Rank;

    /// <summary>
    /// This process's rows of a batch, after <see cref="Partners"/>. Where there is none for it, one that counts for nothing: what all do
    /// together for a batch, it takes part in.
    /// </summary>
    internal ReadOnlySpan<int> Of(ReadOnlySpan<int> batch)
    {
        if (Ranks == 1)
            return batch;
        (int each, int more) = Math.DivRem(batch.Length, Ranks);
        int start = IsEmpty(batch.Length) ? 0 : (Rank * each) + Math.Min(Rank, more),
            count = Math.Max(1, each + (Rank < more ? 1 : 0));
        ReadOnlySpan<int> own = batch.Slice(start, count);
        return Partners == 0 ? own : (int[])[batch[(start == 0 ? batch.Length : start) - 1], .. own];
    }
}
