namespace Padam.MLNet.Schedules;

internal sealed record MultiStepSchedule : Schedule
{
    private readonly int[] _milestones;
    private readonly double _gamma;

    public MultiStepSchedule(IReadOnlyList<int> milestones, double gamma)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        _milestones = [.. milestones];
        _gamma = gamma;
        Require(_milestones.Length > 0, "A multi-step schedule needs at least one milestone; without any, use Schedule.Constant.");
        Require(
            _milestones.Prepend(0).Zip(_milestones).All(pair => pair.First < pair.Second),
            $"Milestones must ascend and be at least 1, but are {string.Join(", ", _milestones)}."
        );
        Require(double.IsFinite(gamma) && gamma > 0, $"A multi-step schedule's gamma must be a finite number above 0, but is {gamma}.");
    }

    public bool Equals(MultiStepSchedule? other) =>
        other is not null && _gamma == other._gamma && _milestones.SequenceEqual(other._milestones);

    public override int GetHashCode() => _milestones.Aggregate(_gamma.GetHashCode(), HashCode.Combine);

    public override string ToString() => $"x{_gamma} after {string.Join(", ", _milestones)} epochs";

    internal override bool SpansTraining => false;

    internal override double At(double time, double start, double end) => Math.Pow(_gamma, _milestones.Count(m => m <= time));
}
