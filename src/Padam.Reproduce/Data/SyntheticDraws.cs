using Padam.MLNet.Data;

namespace Padam.Reproduce.Data;

/// <summary>What an image of the synthetic set draws: a stream of its own for every record, the same on every platform.</summary>
internal struct SyntheticDraws(int seed, int file, int record)
{
    private SplitMix64 _random = new(new SplitMix64(((ulong)(uint)seed << 32) | ((ulong)(uint)file << 28) ^ (uint)record).Next());

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * ((_random.Next() >> 40) * (1f / (1 << 24)));

    /// <summary>Uniform among 0 .. count - 1, but for the last bits: the bytes of the set are older than the generator's own.</summary>
    public int Below(int count) => (int)(_random.Next() % (ulong)count);

    /// <summary>Close to a standard normal: four 16-bit uniforms summed.</summary>
    public float Normal()
    {
        ulong bits = _random.Next();
        float sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        return (sum * (1f / 65536) - 2) * 1.7320508f;
    }
}
