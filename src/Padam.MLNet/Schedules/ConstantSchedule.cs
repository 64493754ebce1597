namespace Padam.MLNet.Schedules;

internal sealed record ConstantSchedule : Schedule
{
    public override string ToString() => "constant";

    internal override bool SpansTraining => false;

    internal override double At(double time, double start, double end) => 1;
}
