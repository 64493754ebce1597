namespace Padam.Benchmarks.Cluster;

/// <summary>
/// What the sums of a step over ranks take, by the costs of a message: latency + bytes / bandwidth. A ring passes each part of a bucket on
/// 2 (ranks - 1) times (Patarasuk and Yuan, 2009); small sums go up a tree and down again. What goes out during the backward pass is not
/// taken off.
/// </summary>
/// <param name="Latency">Seconds a message.</param>
/// <param name="Bandwidth">Bytes a second, each way at once.</param>
internal sealed record StepCost(double Latency, double Bandwidth)
{
    // As GradientExchange has it; beside the gradients, whether to stop, and the loss.
    private const double BytesABucket = 4 << 20;
    private const int SmallSums = 2;

    // The statistics of a batch forward; sums of gradients and of products back.
    private const int SumsANormalization = 3;

    /// <summary>Seconds for the gradients of so many parameters.</summary>
    public double Gradients(int ranks, double parameters)
    {
        double bytes = 4 * parameters,
            messages = 2 * (ranks - 1);
        return (messages * Latency * Math.Ceiling(bytes / BytesABucket))
            + (messages / ranks * bytes / Bandwidth)
            + (SmallSums * Small(ranks));
    }

    /// <summary>Seconds for batch normalisations by the whole batch.</summary>
    public double Normalizations(int ranks, int layers) => layers * SumsANormalization * Small(ranks);

    private double Small(int ranks) => 2 * Math.Ceiling(Math.Log2(ranks)) * Latency;
}
