using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Yogi (Zaheer et al., "Adaptive Methods for Nonconvex Optimization", NeurIPS 2018, algorithm 2): Adam whose second moment moves by the
/// gradient's square at most. With Adam's
/// bias factor, and epsilon added to the uncorrected root.
/// </summary>
public sealed record YogiOptions : OptimizerOptionsBase
{
    internal const double InitialSecondMoment = 1e-6;

    /// <inheritdoc/>
    public override string Name => "yogi";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.01.</remarks>
    public override double LearningRate { get; init; } = 0.01;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 5e-4.</summary>
    public override double WeightDecay { get; init; } = 5e-4;

    /// <summary>Decay of the first moment, in [0, 1). The default value is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1). The default value is 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment. Finite, at least 0. The default value is 1e-3.</summary>
    public double Epsilon { get; init; } = 1e-3;

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new YogiOptimizer(this, OneGroup(parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() => [.. base.Validate(), .. MomentFaults(Beta1, Beta2, Epsilon)];
}

/// <summary>Yogi's formula at step <paramref name="t"/>.</summary>
internal readonly struct YogiRule(YogiOptions o, double learningRate, long t) : IUpdateRule
{
    private readonly double _beta1 = o.Beta1,
        _beta2 = o.Beta2,
        _epsilon = o.Epsilon,
        _decay = o.WeightDecay;
    private readonly double _rate = learningRate * Math.Sqrt(1 - Math.Pow(o.Beta2, t)) / (1 - Math.Pow(o.Beta1, t));

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
