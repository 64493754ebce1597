namespace Padam.MLNet.Schedules;

internal sealed record OneCycleSchedule : Schedule
{
    private readonly double _rise,
        _from,
        _to;
    private readonly Annealing _annealing;
    private readonly ScheduleUnit _unit;

    public OneCycleSchedule(double rise, double from, double to, Annealing annealing, ScheduleUnit unit)
    {
        Require(rise is > 0 and < 1, $"The rise of a one-cycle schedule must be a part of it between 0 and 1, but is {rise}.");
        Require(from is >= 0 and <= 1, $"A one-cycle schedule must start from a factor between 0 and 1, but starts from {from}.");
        Require(to is >= 0 and <= 1, $"A one-cycle schedule must end at a factor between 0 and 1, but ends at {to}.");
        Require(Enum.IsDefined(annealing), $"A one-cycle schedule moves by Cosine or Linear, not by {annealing}.");
        RequireUnit(unit);
        (_rise, _from, _to, _annealing, _unit) = (rise, from, to, annealing, unit);
    }

    public override string ToString() =>
        $"one cycle from {_from} over 1 at {_rise} of it to {_to}, {(_annealing == Annealing.Cosine ? "cosine" : "linear")}, "
        + Every(_unit);

    internal override IEnumerable<double> Turns(double start, double end) => [start + (_rise * (end - start))];

    internal override double At(double time, double start, double end)
    {
        double progress = Math.Clamp((Tick(time, _unit) - start) / (end - start), 0, 1);
        return progress < _rise ? Between(_from, 1, progress / _rise) : Between(1, _to, (progress - _rise) / (1 - _rise));
    }

    private double Between(double first, double last, double part) =>
        double.Lerp(first, last, _annealing == Annealing.Linear ? part : (1 - Math.Cos(Math.PI * part)) / 2);
}
