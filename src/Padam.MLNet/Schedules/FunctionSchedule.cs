namespace Padam.MLNet.Schedules;

/// <summary>A function of the user's own, which is what its name says.</summary>
internal sealed record FunctionSchedule : Schedule
{
    private readonly string _name;
    private readonly Func<double, double> _factor;

    public FunctionSchedule(string name, Func<double, double> factor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factor);
        (_name, _factor) = (name, factor);
    }

    public bool Equals(FunctionSchedule? other) => other is not null && _name == other._name;

    public override int GetHashCode() => _name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _name;

    public override IEnumerable<string> Validate(int epochs) =>
        Enumerable
            .Range(0, epochs + 1)
            .Select(epoch => (double)epoch / epochs)
            .Select(done => (Done: done, Factor: _factor(done)))
            .Where(sample => !IsFactor(sample.Factor))
            .Take(1)
            .Select(sample => Fault(sample.Done, sample.Factor));

    internal override double At(double time, double start, double end)
    {
        double done = Math.Clamp((time - start) / (end - start), 0, 1),
            factor = _factor(done);
        return IsFactor(factor) ? factor : throw new InvalidOperationException(Fault(done, factor));
    }

    private static bool IsFactor(double factor) => double.IsFinite(factor) && factor >= 0;

    private string Fault(double done, double factor) =>
        $"The schedule '{_name}' gives {factor} where {done} of the training is done; a factor is a finite number of at least 0.";
}
