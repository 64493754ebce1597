namespace Padam.MLNet.Schedules;

internal sealed record StepDecaySchedule : Schedule
{
    private readonly int _every;
    private readonly double _gamma;

    public StepDecaySchedule(int every, double gamma)
    {
        Require(every >= 1, $"Step decay needs at least 1 epoch from fall to fall, but has {every}.");
        Require(double.IsFinite(gamma) && gamma > 0, $"Step decay's gamma must be a finite number above 0, but is {gamma}.");
        _every = every;
        _gamma = gamma;
    }

    public override string ToString() => $"x{_gamma} every {_every} epochs";

    internal override bool SpansTraining => false;

    internal override double At(double time, double start, double end) => Math.Pow(_gamma, Math.Floor(time / _every));
}
