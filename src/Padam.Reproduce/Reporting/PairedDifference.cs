using MathNet.Numerics.Distributions;

namespace Padam.Reproduce.Reporting;

/// <summary>How a series did beside another, seed by seed: the same seed has the same first weights, order and crops.</summary>
/// <param name="Series">The series.</param>
/// <param name="BySeed">Its test accuracy less the other's after the same epoch, in points, by those seeds that both have.</param>
internal sealed record PairedDifference(string Series, IReadOnlyList<(int Seed, double Points)> BySeed)
{
    private const double Confidence = 0.95;

    public Spread Spread { get; } = Spread.Of([.. BySeed.Select(pair => pair.Points)])!;

    /// <summary>The 95 % interval of the mean by Student's t: s t(0.975, n - 1) / sqrt(n) on both sides; null for one seed.</summary>
    public (double From, double To)? Interval
    {
        get
        {
            if (Spread.Deviation is not { } deviation)
                return null;
            double t = StudentT.InvCDF(location: 0, scale: 1, freedom: Spread.Count - 1, (1 + Confidence) / 2);
            double half = deviation * t / Math.Sqrt(Spread.Count);
            return (Spread.Mean - half, Spread.Mean + half);
        }
    }

    /// <summary>Every other series that shares a seed with <paramref name="reference"/>, after an epoch from 0.</summary>
    public static IEnumerable<PairedDifference> From(ResultSeries reference, ResultGroup group, int epoch) =>
        from series in @group.Series
        where series != reference
        let pairs = (
            from run in series.Runs
            join other in reference.Runs on run.Run.Settings.Seed equals other.Run.Settings.Seed
            where run.Log.Count > epoch && other.Log.Count > epoch
            orderby run.Run.Settings.Seed
            select (run.Run.Settings.Seed, 100 * (run.Log[epoch].TestAccuracy - other.Log[epoch].TestAccuracy))
        ).ToArray()
        where pairs.Length > 0
        select new PairedDifference(series.Name, pairs);
}
