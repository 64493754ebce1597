namespace Padam.MLNet.Schedules;

internal sealed record LinearSchedule : Schedule
{
    private readonly double _from,
        _to;
    private readonly ScheduleUnit _unit;

    public LinearSchedule(double from, double to, ScheduleUnit unit)
    {
        Require(
            double.IsFinite(from) && from >= 0,
            $"A linear schedule must start from a finite factor of at least 0, but starts from {from}."
        );
        Require(double.IsFinite(to) && to >= 0, $"A linear schedule must end at a finite factor of at least 0, but ends at {to}.");
        RequireUnit(unit);
        _from = from;
        _to = to;
        _unit = unit;
    }

    public override string ToString() => $"linear from {_from} to {_to}, {Every(_unit)}";

    internal override double At(double time, double start, double end) =>
        double.Lerp(_from, _to, Math.Clamp((Tick(time, _unit) - start) / (end - start), 0, 1));
}
