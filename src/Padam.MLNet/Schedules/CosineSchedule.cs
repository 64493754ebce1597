namespace Padam.MLNet.Schedules;

internal sealed record CosineSchedule : Schedule
{
    private readonly double _minimum;
    private readonly ScheduleUnit _unit;

    public CosineSchedule(double minimum, ScheduleUnit unit)
    {
        Require(minimum is >= 0 and <= 1, $"A cosine schedule's minimum must be between 0 and 1, but is {minimum}.");
        RequireUnit(unit);
        _minimum = minimum;
        _unit = unit;
    }

    public override string ToString() => $"cosine from 1 to {_minimum}, {Every(_unit)}";

    internal override double At(double time, double start, double end)
    {
        double progress = Math.Clamp((Tick(time, _unit) - start) / (end - start), 0, 1);
        return _minimum + (1 - _minimum) * (1 + Math.Cos(Math.PI * progress)) / 2;
    }
}
