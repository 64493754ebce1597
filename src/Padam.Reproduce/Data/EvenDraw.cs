using Padam.MLNet.Data;

namespace Padam.Reproduce.Data;

/// <summary>A draw of so many rows that takes as many of each class as of any other, as far as they go.</summary>
internal static class EvenDraw
{
    /// <summary>The places of the rows that are drawn, from 0.</summary>
    /// <param name="classes">The class of each row.</param>
    /// <param name="count">How many to draw; all where there are no more.</param>
    /// <param name="seed">Decides which.</param>
    public static HashSet<int> Rows(IReadOnlyList<uint> classes, int count, int seed)
    {
        var random = new SplitMix64((ulong)(uint)seed);
        Queue<int>[] rest =
        [
            .. classes.Index().GroupBy(row => row.Item, row => row.Index).OrderBy(group => group.Key).Select(group => Shuffled([.. group])),
        ];
        var drawn = new HashSet<int>();
        while (drawn.Count < Math.Min(count, classes.Count))
        {
            // Where not all classes get another, chance says which do.
            foreach (int one in Shuffled([.. Enumerable.Range(0, rest.Length)]))
                if (drawn.Count < count && rest[one].TryDequeue(out int row))
                    drawn.Add(row);
        }

        return drawn;

        Queue<int> Shuffled(int[] values)
        {
            for (int last = values.Length - 1; last > 0; last--)
            {
                int other = random.Below(last + 1);
                (values[last], values[other]) = (values[other], values[last]);
            }

            return new Queue<int>(values);
        }
    }
}
