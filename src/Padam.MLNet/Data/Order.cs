namespace Padam.MLNet.Data;

/// <summary>Row orders drawn from a seed.</summary>
internal static class Order
{
    /// <summary>0..count-1 in a random order (Fisher-Yates), a function of the seed and the stream's number alone.</summary>
    internal static int[] Shuffled(int count, long seed, long stream = 0)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = SplitMix64.Stream(seed, stream);
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
