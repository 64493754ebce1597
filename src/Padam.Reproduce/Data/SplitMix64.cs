namespace Padam.Reproduce.Data;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): a stream of its own for every image, the same on every platform.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public static SplitMix64 For(int seed, int file, int record) =>
        new(new SplitMix64(((ulong)(uint)seed << 32) | ((ulong)(uint)file << 28) ^ (uint)record).Next());

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * ((Next() >> 40) * (1f / (1 << 24)));

    /// <summary>Uniform among 0 .. count - 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>Close to a standard normal: four 16-bit uniforms summed.</summary>
    public float Normal()
    {
        ulong bits = Next();
        float sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        return (sum * (1f / 65536) - 2) * 1.7320508f;
    }
}
