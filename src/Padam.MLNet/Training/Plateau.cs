namespace Padam.MLNet.Training;

/// <summary>Where the watch over the validation set stands: what a checkpoint keeps of it.</summary>
/// <param name="Factor">What the schedule's rate is multiplied by.</param>
/// <param name="Best">The metric of the last epoch that was better by the minimum; null before the first.</param>
/// <param name="EpochsWithoutImprovement">Epochs since that one, or since the last fall.</param>
internal sealed record PlateauState(double Factor, double? Best, int EpochsWithoutImprovement);

/// <summary>Lowers the rate where the validation set shows no more improvement.</summary>
internal sealed class Plateau(ReduceOnPlateau settings)
{
    internal PlateauState State { get; set; } = new(Factor: 1, Best: null, EpochsWithoutImprovement: 0);

    /// <summary>Takes note of an epoch.</summary>
    /// <returns>Whether the rate falls.</returns>
    internal bool Update(EpochMetrics metrics)
    {
        double value = settings.Metric.Of(metrics);
        if (State.Best is not { } best || settings.Metric.Improvement(best, value) > settings.MinimumImprovement)
        {
            State = State with { Best = value, EpochsWithoutImprovement = 0 };
            return false;
        }

        int without = State.EpochsWithoutImprovement + 1;
        bool falls = without >= settings.Patience;
        State = falls
            ? State with
            {
                Factor = State.Factor * settings.Factor,
                EpochsWithoutImprovement = 0,
            }
            : State with
            {
                EpochsWithoutImprovement = without,
            };
        return falls;
    }
}
