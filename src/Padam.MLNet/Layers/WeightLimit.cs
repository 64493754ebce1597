namespace Padam.MLNet.Layers;

/// <summary>
/// A bound on the numbers that a network under construction may hold, so that a small file cannot ask for a huge network: what a file says
/// about itself is believed only as far as its own length goes. Of the constructing thread alone, as layers are made deep inside a
/// network's constructor.
/// </summary>
internal static class WeightLimit
{
    [ThreadStatic]
    private static long? left;

    /// <summary>Builds a network of at most so many numbers.</summary>
    /// <exception cref="InvalidDataException">It has more.</exception>
    internal static T Within<T>(long most, Func<T> build)
    {
        left = most;
        try
        {
            return build();
        }
        finally
        {
            left = null;
        }
    }

    /// <summary>Counts a weight of this shape, before it is allocated.</summary>
    internal static void Take(params ReadOnlySpan<long> shape)
    {
        if (left is null)
            return;
        Int128 numbers = 1;
        foreach (long side in shape)
            numbers *= side;
        if (numbers > left)
            throw new InvalidDataException("the network that is named holds more numbers than the weights beside it.");
        left -= (long)numbers;
    }
}
