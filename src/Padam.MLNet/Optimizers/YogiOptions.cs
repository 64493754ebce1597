using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Yogi (Zaheer et al., "Adaptive Methods for Nonconvex Optimization", NeurIPS 2018, algorithm 2): Adam whose second moment moves by the
/// gradient's square at most. With Adam's bias factor, and epsilon added to the uncorrected root.
/// </summary>
public sealed record YogiOptions : AdaptiveOptions
{
    internal const double InitialSecondMoment = 1e-6;

    /// <summary>Makes the settings of the paper.</summary>
    public YogiOptions() => Epsilon = 1e-3;

    /// <inheritdoc/>
    public override string Name => "yogi";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.01.</remarks>
    public override double LearningRate { get; init; } = 0.01;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 5e-4.</summary>
    public override double WeightDecay { get; init; } = 5e-4;

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new YogiOptimizer(this, Groups(this, parameters));
}

/// <summary>Yogi's formula at step <paramref name="t"/>.</summary>
internal readonly struct YogiRule(YogiOptions o, double learningRate, long t) : IUpdateRule
{
    private readonly double _beta1 = o.Beta1,
        _beta2 = o.Beta2,
        _epsilon = o.Epsilon,
        _decay = o.WeightDecay;
    private readonly double _rate = o.BiasCorrected(learningRate, t);

    public void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>
    {
        if (_decay != 0)
            g += _decay * theta;
        m = _beta1 * m + (1 - _beta1) * g;
        T square = g * g;
        v -= (1 - _beta2) * (T.Sign(v - square) * square);
        theta -= _rate * (m / (T.Sqrt(v) + _epsilon));
    }
}

internal sealed class YogiOptimizer(YogiOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<YogiOptions>(options, groups)
{
    private protected override ParameterState CreateState(YogiOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: YogiOptions.InitialSecondMoment, maximum: false);

    private protected override void Update(YogiOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(new YogiRule(settings, learningRate, t), operands);
}
