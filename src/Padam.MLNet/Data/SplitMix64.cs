namespace Padam.MLNet.Data;

/// <summary>
/// A stream of random numbers that is a pure function of its seed, so that any draw of a run (a row order, a crop) can be
/// made again without the draws before it. Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>A stream of its own for each combination of numbers, e.g. (seed, epoch, row).</summary>
    internal static SplitMix64 Stream(long seed, long first, long second = 0)
    {
        ulong mixed = Mix((ulong)seed + Golden);
        mixed = Mix(mixed ^ ((ulong)first + unchecked(2 * Golden)));
        return new SplitMix64(Mix(mixed ^ ((ulong)second + unchecked(3 * Golden))));
    }

    internal ulong Next() => Mix(_state += Golden);

    /// <summary>A number in 0..bound-1, by Lemire's multiplication.</summary>
    internal int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number of [0, 1).</summary>
    internal double Uniform() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number from <paramref name="low"/> to below <paramref name="high"/>.</summary>
    internal double Between(double low, double high) => low + ((high - low) * Uniform());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
