namespace Padam.MLNet.Kernels;

/// <summary>Replaces sums over this process's part of a batch by those over the whole, of which other processes have the rest.</summary>
internal delegate void SumOverRanks(Span<double> sums);

/// <summary>The statistics of a batch, by channel.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Variance">The biased variance.</param>
/// <param name="Count">The values of a channel.</param>
/// <param name="Epsilon">What is added to the variance.</param>
internal sealed record BatchStatistics(double[] Mean, double[] Variance, long Count, double Epsilon)
{
    /// <summary>Adds what other processes have of the batch; null where these are of the whole.</summary>
    public SumOverRanks? Others { get; private init; }

    public double InverseDeviation(int channel) => 1 / Math.Sqrt(Variance[channel] + Epsilon);

    /// <summary>
    /// Those of a batch that many processes share, from this one's part. The sums of squares are about zero: of the singles that a network
    /// computes, a double holds them.
    /// </summary>
    public BatchStatistics With(SumOverRanks others)
    {
        int channels = Mean.Length;
        double[] sums = new double[(2 * channels) + 1],
            mean = new double[channels],
            variance = new double[channels];
        sums[^1] = Count;
        for (int c = 0; c < channels; c++)
            (sums[c], sums[channels + c]) = (Count * Mean[c], Count * (Variance[c] + (Mean[c] * Mean[c])));
        others(sums);
        for (int c = 0; c < channels; c++)
        {
            mean[c] = sums[c] / sums[^1];
            variance[c] = Math.Max(0, (sums[channels + c] / sums[^1]) - (mean[c] * mean[c]));
        }

        return new(mean, variance, (long)sums[^1], Epsilon) { Others = others };
    }
}
