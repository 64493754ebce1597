using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// An optimizer by its settings: what a trainer is given, writes into logs and makes a fresh optimizer from for every run.
/// </summary>
public abstract record OptimizerOptionsBase
{
    private static readonly OptimizerOptionsBase[] Known =
    [
        new PadamOptions(),
        new AdamOptions(),
        new AmsGradOptions(),
        new AdamWOptions(),
        new SgdOptions(),
        new YogiOptions(),
        new AdaBoundOptions(),
    ];

    /// <summary>The optimizer's short name in logs, file names and on the command line, such as <c>padam</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The base learning rate, which schedules multiply. Finite, at least 0.</summary>
    public abstract double LearningRate { get; init; }

    /// <summary>
    /// The weight decay factor: L2 gradient <c>WeightDecay * parameter</c>, or as the optimizer's own documentation says. Finite, at least
    /// 0.
    /// </summary>
    public abstract double WeightDecay { get; init; }

    /// <summary>Makes an optimizer with fresh state for some parameters, in one group.</summary>
    /// <param name="parameters">The parameters to train with their names, as <c>module.named_parameters()</c> yields them.</param>
    /// <exception cref="ArgumentException">Some settings are out of range; the message names them all.</exception>
    public abstract Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters);

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public virtual IEnumerable<string> Validate() =>
        Faults(
            (IsFiniteAndNotNegative(LearningRate), $"LearningRate must be a finite number of at least 0, but is {LearningRate}."),
            (IsFiniteAndNotNegative(WeightDecay), $"WeightDecay must be a finite number of at least 0, but is {WeightDecay}.")
        );

    /// <summary>The default settings of an optimizer by its name.</summary>
    /// <param name="name">padam, adam, amsgrad, adamw, sgd, yogi or adabound, in any case.</param>
    /// <exception cref="ArgumentException">No optimizer has this name; the message lists those there are.</exception>
    public static OptimizerOptionsBase Parse(string name) =>
        Known.FirstOrDefault(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException(
            $"There is no optimizer '{name}'. Known are {string.Join(", ", Known.Select(o => o.Name))}.",
            nameof(name)
        );

    internal void ThrowIfInvalid()
    {
        string faults = string.Join(" ", Validate());
        if (faults.Length > 0)
            throw new ArgumentException($"The settings of optimizer '{Name}' cannot be used. {faults}");
    }

    private protected static IEnumerable<string> Faults(params (bool Ok, string Fault)[] checks) =>
        checks.Where(c => !c.Ok).Select(c => c.Fault);

    private protected static bool IsFiniteAndNotNegative(double value) => double.IsFinite(value) && value >= 0;

    private protected static ParamGroup[] OneGroup(IEnumerable<(string name, Parameter parameter)> parameters) =>
        [new ParamGroup { Parameters = parameters.Select(p => p.parameter) }];
}
