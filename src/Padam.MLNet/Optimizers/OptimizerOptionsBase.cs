using System.Text;
using System.Text.Json.Serialization;
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

    /// <summary>
    /// Rates and decays of their own for some parameters. A rule that no trained parameter fits is refused before the training. The default
    /// value is none. (Optimizers that are not this library's see to their groups themselves.)
    /// </summary>
    [JsonIgnore] // What is saved is a group's settings, which the rules have made.
    public IReadOnlyList<ParameterRule> Rules
    {
        get;
        init => field = value is null ? null! : new RuleList(value);
    } = RuleList.Empty;

    /// <summary>
    /// Makes an optimizer with fresh state for some parameters: in one group, or in as many as <see cref="Rules"/> ask for.
    /// </summary>
    /// <param name="parameters">The parameters to train with their names, as <c>module.named_parameters()</c> yields them.</param>
    /// <exception cref="ArgumentException">
    /// Some settings are out of range, and the message names them all; or a rule fits no parameter.
    /// </exception>
    public abstract Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters);

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public virtual IEnumerable<string> Validate() =>
        Faults(
            (IsFiniteAndNotNegative(LearningRate), $"LearningRate must be a finite number of at least 0, but is {LearningRate}."),
            (IsFiniteAndNotNegative(WeightDecay), $"WeightDecay must be a finite number of at least 0, but is {WeightDecay}."),
            (Rules is not null && !Rules.Contains(null!), "Rules must not be null, nor hold a null; use an empty list for none.")
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

    /// <summary>Throws where a rule fits none of the parameters that are to be trained.</summary>
    internal void RequireFit(IEnumerable<(string name, Parameter parameter)> parameters) => ((RuleList)Rules).Of([.. parameters]);

    /// <summary>Parameters of the same factors share a group, in the order in which the first of each comes.</summary>
    private protected static ParamGroup[] Groups<TOptions>(TOptions options, IEnumerable<(string name, Parameter parameter)> parameters)
        where TOptions : OptimizerOptionsBase
    {
        options.ThrowIfInvalid();
        if (options.Rules.Count == 0)
            return [new ParamGroup { Parameters = parameters.Select(p => p.parameter) }];
        (string Name, Parameter Parameter)[] all = [.. parameters];
        return
        [
            .. all.Zip(((RuleList)options.Rules).Of(all))
                .GroupBy(entry => entry.Second, entry => entry.First.Parameter)
                .Select(group => new ParamGroup
                {
                    Parameters = [.. group],
                    Options = new GroupOptions<TOptions>((TOptions)options.Times(group.Key)) { Epochs = group.Key.Epochs },
                }),
        ];
    }

    /// <summary>The settings of a group.</summary>
    private protected virtual OptimizerOptionsBase Times(ParameterFactors factors) =>
        this with
        {
            LearningRate = LearningRate * factors.Rate,
            WeightDecay = WeightDecay * factors.Decay,
            Rules = RuleList.Empty,
        };

    /// <summary>
    /// Writes the settings; <see cref="Rules"/> only where there are any, as checkpoints compare texts of before there were.
    /// </summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Append("Name = ").Append(Name);
        builder.Append(", LearningRate = ").Append(LearningRate);
        builder.Append(", WeightDecay = ").Append(WeightDecay);
        if (Rules is { Count: > 0 })
            builder.Append(", Rules = ").Append(Rules);
        return true;
    }
}
