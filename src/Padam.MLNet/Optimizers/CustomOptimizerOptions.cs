using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>Any TorchSharp optimizer, or one's own.</summary>
/// <param name="Factory">
/// Makes a new optimizer for the named parameters; called once a run, and again where a recipe restarts the state. A run can be resumed if
/// the optimizer is a <see cref="OptimizerHelper"/>, which has a <c>state_dict</c>. Schedules multiply each group's initial learning rate.
/// </param>
public sealed record CustomOptimizerOptions(Func<IEnumerable<(string, Parameter)>, Optimizer> Factory) : OptimizerOptionsBase
{
    /// <inheritdoc/>
    public override string Name => "custom";

    /// <summary>
    /// Not used: the factory sets the rates of its groups. 0; anything else is refused, so that it isn't lost in silence.
    /// </summary>
    public override double LearningRate { get; init; }

    /// <summary>Not used: the factory sets the decay. 0; anything else is refused.</summary>
    public override double WeightDecay { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The factory returned null.</exception>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters)
    {
        ThrowIfInvalid();
        return Factory(parameters) ?? throw new InvalidOperationException("The factory of a CustomOptimizerOptions returned no optimizer.");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        Faults(
            (Factory is not null, "Factory must not be null."),
            (LearningRate == 0, "LearningRate is the factory's to set: leave it out here."),
            (WeightDecay == 0, "WeightDecay is the factory's to set: leave it out here."),
            (Rules is { Count: 0 }, "Rules are the factory's to make groups of: leave them out here.")
        );
}
