namespace Padam.MLNet.Schedules;

internal sealed record WarmupSchedule : Schedule
{
    private readonly Schedule _then;
    private readonly double _length,
        _from;
    private readonly ScheduleUnit _unit;

    public WarmupSchedule(Schedule then, double epochs, double from, ScheduleUnit unit)
    {
        Require(then is not WarmupSchedule, "This schedule has a warm-up already.");
        Require(double.IsFinite(epochs) && epochs > 0, $"A warm-up must last a finite time above 0 epochs, but lasts {epochs}.");
        Require(from is >= 0 and <= 1, $"A warm-up must start from a factor between 0 and 1, but starts from {from}.");
        RequireUnit(unit);
        _then = then;
        _length = epochs;
        _from = from;
        _unit = unit;
    }

    internal override bool SpansTraining => _then.SpansTraining;

    internal override IEnumerable<double> Turns(double start, double end) => [_length, .. _then.Turns(_length, end)];

    public override string ToString() => $"warm-up from {_from} over {_length} epochs, {Every(_unit)}, then {_then}";

    public override IEnumerable<string> Validate(int epochs) =>
        _length < epochs
            ? _then.Validate(epochs)
            : [$"The warm-up lasts {_length} epochs, but the whole training only {epochs}: shorten it."];

    internal override double At(double time, double start, double end)
    {
        if (time >= _length)
            return _then.At(time, _length, end);
        return double.Lerp(_from, 1, Tick(time, _unit) / _length) * _then.At(_length, _length, end);
    }
}
