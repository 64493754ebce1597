using Padam.MLNet.Schedules;

namespace Padam.MLNet.Training;

/// <summary>A training's steps at a rate that rises by the same factor from each to the next, and their losses.</summary>
/// <param name="from">The first rate.</param>
/// <param name="to">The rate of the last step.</param>
/// <param name="steps">Steps, at least 2.</param>
/// <param name="batchesAStep">Batches that make a step.</param>
internal sealed class LearningRateSweep(double from, double to, int steps, int batchesAStep)
{
    private const double Smoothing = 0.9,
        // Of the lowest loss: beyond, nothing more is to be learnt.
        Hopeless = 4;

    private readonly List<double> _rates = [],
        _losses = [];
    private double _mean,
        _sumBefore,
        _lowest = double.PositiveInfinity;
    private int _batches,
        _epoch,
        _imagesBefore;

    /// <summary>Whether all steps are done, or the loss is far above its lowest.</summary>
    internal bool IsOver => _rates.Count == steps || (_losses.Count > 0 && _losses[^1] > Hopeless * _lowest);

    internal LearningRateCurve Curve => new([.. _rates], [.. _losses]);

    /// <summary>The rate of the step under way, as a factor of the first.</summary>
    internal Schedule Schedule => Schedule.Of("learning-rate sweep", _ => Factor(_rates.Count));

    /// <summary>Takes note of a batch.</summary>
    internal void Add(TrainingProgress progress)
    {
        if (progress.Stage != TrainingStage.Training || IsOver)
            return;
        if (progress.Epoch != _epoch)
            (_epoch, _sumBefore, _imagesBefore) = (progress.Epoch, 0, 0);
        double sum = progress.Loss * progress.Images,
            loss = (sum - _sumBefore) / (progress.Images - _imagesBefore);
        (_sumBefore, _imagesBefore) = (sum, progress.Images);
        // Each batch, so that accumulated ones count alike; a mean from nothing is that of the batches so far.
        _mean = (Smoothing * _mean) + ((1 - Smoothing) * loss);
        _batches++;
        if (_batches % batchesAStep != 0)
            return;
        double smoothed = _mean / (1 - Math.Pow(Smoothing, _batches));
        _lowest = Math.Min(_lowest, smoothed);
        _rates.Add(from * Factor(_rates.Count));
        _losses.Add(smoothed);
    }

    private double Factor(int step) => Math.Pow(to / from, (double)Math.Min(step, steps - 1) / (steps - 1));
}
