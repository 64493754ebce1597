using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Sets an optimizer's learning rates, and Padam's p, to what their schedules say.</summary>
internal sealed class Rates
{
    private readonly ITrainingOptions _options;
    private readonly optim.Optimizer _optimizer;
    private readonly double[] _base;
    private readonly double _longest;
    private readonly List<Parameter> _leftOut = [];

    /// <summary>Takes the optimizer's present rates as those that the schedule multiplies.</summary>
    internal Rates(ITrainingOptions options, optim.Optimizer optimizer)
    {
        (_options, _optimizer) = (options, optimizer);
        _base = [.. optimizer.ParamGroups.Select(group => group.LearningRate)];
        _longest = optimizer.ParamGroups.Max(EpochsOf);
    }

    /// <summary>What the schedule is multiplied by; see <see cref="ReduceOnPlateau"/>.</summary>
    internal double Plateau { get; set; } = 1;

    internal double LearningRate { get; private set; }

    internal double? Partial { get; private set; }

    /// <param name="time">Epochs completed, with the fraction of the one under way.</param>
    /// <exception cref="InvalidOperationException">A schedule of the user's own gives no factor, or a p above 1/2.</exception>
    internal void Set(double time)
    {
        double factor = Plateau * _options.Schedule.Factor(time, _options.Epochs);
        foreach ((optim.ILearningRateController group, double rate) in _optimizer.ParamGroups.Zip(_base))
        {
            bool isOver = EpochsOf(group) <= time;
            group.LearningRate = isOver ? 0 : rate * factor;
            // Gradients end there: nobody computes what is multiplied by zero. A loss needs some parameters, so the last to go stay.
            if (isOver && EpochsOf(group) < _longest)
                LeaveOut((ParamGroup)group);
        }

        LearningRate = factor * (_options.Optimizer is CustomOptimizerOptions ? _base[0] : _options.Optimizer.LearningRate);
        if (_optimizer is not PadamOptimizer padam || _options.Optimizer is not PadamOptions settings)
            return;
        if (_options.PartialSchedule is { } schedule)
            padam.Partial = Bounded(settings.Partial * schedule.Factor(time, _options.Epochs), schedule, time);
        Partial = padam.Partial;
    }

    /// <summary>Gradients reach all parameters again.</summary>
    internal void TakeBack()
    {
        foreach (Parameter parameter in _leftOut)
            parameter.requires_grad = true;
        _leftOut.Clear();
    }

    private void LeaveOut(ParamGroup group)
    {
        foreach (Parameter parameter in group.Parameters.Where(parameter => parameter.requires_grad))
        {
            parameter.grad = null;
            parameter.requires_grad = false;
            _leftOut.Add(parameter);
        }
    }

    private static double EpochsOf(optim.ILearningRateController group) =>
        group is ParamGroup { Options: ITrainedForEpochs { Epochs: { } epochs } } ? epochs : double.PositiveInfinity;

    private static double Bounded(double partial, Schedule schedule, double time) =>
        partial <= PadamOptions.LargestPartial
            ? partial
            : throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"PartialSchedule '{schedule}' takes p to {partial} after {time} epochs; the largest is 1/2, AMSGrad."
                )
            );
}
