using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>Sets a part of the training rows apart for validation, drawn by the seed.</summary>
internal static class ValidationSplit
{
    // A stream of random numbers that must not meet those of the epochs, which count from 0.
    private const long Stream = -1;

    /// <summary>
    /// Draws the same part of each class, so that no class is lost to the training; the rows that rounding leaves over come from the
    /// classes that are nearest to one more.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="fraction">The part to set apart.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="InvalidDataException">One of the parts would be empty.</exception>
    internal static (int[] Training, int[] Validation) ByClass(IReadOnlyList<int> labels, double fraction, int seed)
    {
        int[][] classes =
        [
            .. Order
                .Shuffled(labels.Count, seed, Stream)
                .GroupBy(row => labels[row])
                .OrderBy(rows => rows.Key)
                .Select(rows => rows.ToArray()),
        ];
        int apart = Math.Min(Apart(labels.Count, fraction), labels.Count - classes.Length);
        if (apart == 0)
            throw Empty(fraction, labels.Count, apart);
        int[] shares = Shares([.. classes.Select(rows => rows.Length)], fraction, apart);
        return Sorted(
            training: classes.Zip(shares, (rows, share) => rows[share..]).SelectMany(rows => rows),
            validation: classes.Zip(shares, (rows, share) => rows[..share]).SelectMany(rows => rows)
        );
    }

    /// <summary>As checkpoints of format 1 were drawn: over all rows alike.</summary>
    internal static (int[] Training, int[] Validation) OverAll(int rows, double fraction, int seed)
    {
        int apart = Apart(rows, fraction);
        if (apart == 0 || apart == rows)
            throw Empty(fraction, rows, apart);
        int[] order = Order.Shuffled(rows, seed, Stream);
        return Sorted(order[apart..], order[..apart]);
    }

    private static int Apart(int rows, double fraction) => (int)Math.Round(rows * fraction);

    // By largest remainder; each class keeps one row at least.
    private static int[] Shares(int[] sizes, double fraction, int apart)
    {
        int[] shares = [.. sizes.Select(size => Math.Min(size - 1, (int)(size * fraction)))];
        int[] byRemainder = [.. Enumerable.Range(0, sizes.Length).OrderByDescending(c => (sizes[c] * fraction) - shares[c])];
        for (int left = apart - shares.Sum(); left > 0; )
        {
            foreach (int c in byRemainder.Where(c => shares[c] < sizes[c] - 1).Take(left))
            {
                shares[c]++;
                left--;
            }
        }

        return shares;
    }

    private static (int[] Training, int[] Validation) Sorted(IEnumerable<int> training, IEnumerable<int> validation) =>
        ([.. training.Order()], [.. validation.Order()]);

    private static InvalidDataException Empty(double fraction, int rows, int apart) =>
        new(
            $"ValidationFraction {fraction} of {rows} rows sets {apart} apart; both parts need at least one, and the training one of "
                + "each class."
        );
}
