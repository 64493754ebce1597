using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// What the optimizers of this library share: parameter groups, state, saving and loading as TorchSharp's own optimizers do them.
/// </summary>
/// <typeparam name="TOptions">The optimizer's options.</typeparam>
/// <remarks>
/// Parameters without a gradient are left alone and don't age. State lies on the parameter's device, in its layout; it is saved in plain
/// layout.
/// </remarks>
public abstract class ElementwiseOptimizer<TOptions> : OptimizerHelper
    where TOptions : OptimizerOptionsBase
{
    private readonly TOptions _settings;

    private protected ElementwiseOptimizer(TOptions settings, IEnumerable<ParamGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        settings.ThrowIfInvalid();
        _settings = settings;
        _parameter_groups = [];
        foreach (ParamGroup group in groups)
            Add(group);
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Recomputes and returns the loss, called once before the update; optional.</param>
    /// <returns>The closure's loss, or null.</returns>
    public sealed override Tensor step(Func<Tensor>? closure = null) => _step<ParamGroup>(Step, closure);

    /// <summary>Adds parameters with fresh state.</summary>
    /// <param name="param_group">
    /// The parameters, with <see cref="GroupOptions{TOptions}"/> as options; or with a plain <see cref="OptimizerOptions"/>, whose learning
    /// rate is then the group's, or with none: what a group doesn't say is as the optimizer was made.
    /// </param>
    /// <exception cref="ArgumentException">The options are another optimizer's, or a parameter is in a group already.</exception>
    public sealed override void add_param_group(ParamGroup param_group) => Add(param_group);

    /// <summary>The state of a parameter that has taken no step.</summary>
    private protected abstract ParameterState CreateState(TOptions settings, Parameter parameter);

    /// <summary>One step of parameters that share settings and age.</summary>
    /// <param name="settings">The group's settings.</param>
    /// <param name="learningRate">The rate in force.</param>
    /// <param name="t">The number of this step, from 1.</param>
    /// <param name="operands">The parameters with gradient and state.</param>
    private protected abstract void Update(TOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            foreach (var (_, state) in _state)
                ((ParameterState)state).Dispose();
    }

    private void Add(ParamGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        Parameter[] parameters = [.. group.Parameters];
        GroupOptions<TOptions> options = OptionsOf(group);
        if (parameters.Any(p => _state.ContainsKey(p.Handle)) || parameters.DistinctBy(p => p.Handle).Count() < parameters.Length)
            throw new ArgumentException("A parameter is in more than one group, or twice in one.", nameof(group));

        using var state = TorchState.EnterWithoutGradients();
        group.Parameters = parameters;
        group.Options = options;
        _parameter_groups.Add(group);
        foreach (Parameter parameter in parameters)
            _state[parameter.Handle] = CreateState(options.Settings, parameter);
    }

    private GroupOptions<TOptions> OptionsOf(ParamGroup group) =>
        group.Options switch
        {
            null => new(_settings),
            GroupOptions<TOptions> own => own,
            { } plain when plain.GetType() == typeof(OptimizerOptions) => new(
                _settings with
                {
                    LearningRate = plain.LearningRate ?? _settings.LearningRate,
                }
            ),
            { } others => throw new ArgumentException(
                $"The group's options are {Describe(others.GetType())}; optimizer '{_settings.Name}' takes "
                    + $"{Describe(typeof(GroupOptions<TOptions>))}.",
                nameof(group)
            ),
        };

    private static string Describe(Type options) =>
        options.IsGenericType && options.GetGenericTypeDefinition() == typeof(GroupOptions<>)
            ? $"GroupOptions<{options.GetGenericArguments()[0].Name}>"
            : options.Name;

    private void Step(ParamGroup group)
    {
        using var torchState = TorchState.EnterWithoutGradients();
        var options = (GroupOptions<TOptions>)group.Options;
        var trained = new List<(long Step, Operands Operands)>();
        foreach (Parameter parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            var state = (ParameterState)_state[parameter.Handle];
            trained.Add((++state.Step, state.With(gradient)));
        }

        foreach (var sameAge in trained.GroupBy(p => p.Step, p => p.Operands))
            Update(options.Settings, group.LearningRate, sameAge.Key, [.. sameAge]);
    }
}
