using Padam.MLNet.Schedules;

namespace Padam.MLNet.Training;

/// <summary>A training's steps at a rate that rises by the same factor from each to the next, and their losses.</summary>
/// <param name="from">The first rate.</param>
/// <param name="to">The rate of the last step.</param>
/// <param name="steps">Steps, at least 2.</param>
internal sealed class LearningRateSweep(double from, double to, int steps)
{
    private const double Smoothing = 0.9,
        // Of the lowest loss: beyond, nothing more is to be learnt.
        Hopeless = 4;

    private readonly List<double> _rates = [],
        _losses = [];
    private double _mean,
        _sum,
        _weight,
        _lowest = double.PositiveInfinity;
    private int _done,
        _counted;

    /// <summary>Whether all steps are done, or the loss is far above its lowest.</summary>
    internal bool IsOver => _done == steps || (_losses.Count > 0 && _losses[^1] > Hopeless * _lowest);

    internal LearningRateCurve Curve => new([.. _rates], [.. _losses]);

    /// <summary>The rate of the step under way, as a factor of a rate.</summary>
    internal Schedule ScheduleOver(double rate) => Schedule.Of("learning-rate sweep", _ => Rate(_done) / rate);

    /// <summary>Takes note of a batch.</summary>
    internal void Add(BatchRead batch)
    {
        if (IsOver)
            return;
        _sum += batch.Loss * batch.Weight;
        _weight += batch.Weight;
        if (!batch.EndsStep)
            return;
        if (_weight > 0)
            Count(_sum / _weight);
        if (_counted > 0)
            Note();
        (_sum, _weight) = (0, 0);
        _done++;
    }

    private void Count(double loss)
    {
        _mean = (Smoothing * _mean) + ((1 - Smoothing) * loss);
        _counted++;
    }

    // A mean that began at nothing is that of the steps so far.
    private void Note()
    {
        double smoothed = _mean / (1 - Math.Pow(Smoothing, _counted));
        _lowest = Math.Min(_lowest, smoothed);
        _rates.Add(Rate(_done));
        _losses.Add(smoothed);
    }

    private double Rate(int step) => from * Math.Pow(to / from, (double)Math.Min(step, steps - 1) / (steps - 1));
}
