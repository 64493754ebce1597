using Padam.MLNet.Training;

namespace Padam.Benchmarks.Cluster;

/// <summary>
/// What the sums of a step over ranks take, by the costs of a message: latency + bytes / bandwidth. Open MPI 4.1 adds up in place along a
/// tree, up and down again. What goes out during the backward pass is not taken off.
/// </summary>
/// <param name="Latency">Seconds a message.</param>
/// <param name="Bandwidth">Bytes a second.</param>
internal sealed record StepCost(double Latency, double Bandwidth)
{
    private const double BytesABucket = sizeof(float) * GradientExchange.NumbersABucket;

    // One forward and one back.
    private const int SumsANormalization = 2;

    /// <summary>Seconds for the gradients of so many parameters, and for the two small sums of each step.</summary>
    public double Gradients(int ranks, double parameters)
    {
        double bytes = 4 * parameters;
        return Hops(ranks) * ((Latency * Math.Ceiling(bytes / BytesABucket)) + (bytes / Bandwidth) + (2 * Latency));
    }

    /// <summary>Seconds for batch normalisations by the whole batch.</summary>
    public double Normalizations(int ranks, int layers) => layers * SumsANormalization * Hops(ranks) * Latency;

    private static double Hops(int ranks) => 2 * Math.Ceiling(Math.Log2(ranks));
}
