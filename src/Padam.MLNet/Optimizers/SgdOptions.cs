using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum as torch.optim.SGD computes it, without dampening. The defaults are the settings of the
/// reproducibility report (arXiv 1901.09517, table 1).
/// </summary>
public sealed record SgdOptions : OptimizerOptionsBase
{
    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.1.</remarks>
    public override double LearningRate { get; init; } = 0.1;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 5e-4.</summary>
    public override double WeightDecay { get; init; } = 5e-4;

    /// <summary>How much of the last direction is kept, in [0, 1). 0 keeps no state. The default value is 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// Whether to look ahead along the momentum (Nesterov, in the form of Sutskever et al. 2013). Needs momentum. The default value is
    /// false.
    /// </summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new SgdOptimizer(this, Groups(this, parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        [
            .. base.Validate(),
            .. Faults(
                (Momentum is >= 0 and < 1, $"Momentum must be at least 0 and below 1, but is {Momentum}."),
                (!Nesterov || Momentum > 0, "Nesterov needs a Momentum above 0.")
            ),
        ];
}

/// <summary>The formula of SGD; its momentum is kept in m.</summary>
internal readonly struct SgdRule(SgdOptions o, double learningRate) : IUpdateRule
{
    private readonly double _rate = learningRate,
        _decay = o.WeightDecay,
        _momentum = o.Momentum;
    private readonly bool _nesterov = o.Nesterov;

    public void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>
    {
        if (_decay != 0)
            g += _decay * theta;
        if (_momentum != 0)
        {
            m = _momentum * m + g;
            g = _nesterov ? g + _momentum * m : m;
        }

        theta -= _rate * g;
    }
}

internal sealed class SgdOptimizer(SgdOptions options, IEnumerable<ParamGroup> groups) : ElementwiseOptimizer<SgdOptions>(options, groups)
{
    private protected override ParameterState CreateState(SgdOptions settings, Parameter parameter) =>
        new(parameter, momentum: settings.Momentum > 0, secondMoment: null, maximum: false);

    private protected override void Update(SgdOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(new SgdRule(settings, learningRate), operands);
}
