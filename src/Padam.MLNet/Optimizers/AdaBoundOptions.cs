using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// AdaBound (Luo et al., "Adaptive Gradient Methods with Dynamic Bound of Learning Rate", arXiv 1902.09843, algorithm 2), as its authors'
/// code computes it: Adam whose step per element is clipped into a band that closes on <see cref="FinalLearningRate"/>. Epsilon is added to
/// the uncorrected root.
/// </summary>
public sealed record AdaBoundOptions : AdaptiveOptions
{
    /// <inheritdoc/>
    public override string Name => "adabound";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.001.</remarks>
    public override double LearningRate { get; init; } = 0.001;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 5e-4.</summary>
    public override double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// The rate of SGD that the band closes on, at the base learning rate; schedules lower both alike. Finite, at least 0. The default
    /// value is 0.1.
    /// </summary>
    public double FinalLearningRate { get; init; } = 0.1;

    /// <summary>
    /// How fast the band closes: its half width at step t is about 1 / (Gamma t). Finite, above 0. The default value is 0.001.
    /// </summary>
    public double Gamma { get; init; } = 1e-3;

    /// <summary>Whether the denominator is the largest second moment so far (AMSBound). The default value is false.</summary>
    public bool AmsBound { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdaBoundOptimizer(this, Groups(this, parameters));

    private protected override OptimizerOptionsBase Times(ParameterFactors factors) =>
        (AdaBoundOptions)base.Times(factors) with
        {
            FinalLearningRate = FinalLearningRate * factors.Rate,
        };

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        [
            .. base.Validate(),
            .. Faults(
                (
                    IsFiniteAndNotNegative(FinalLearningRate),
                    $"FinalLearningRate must be a finite number of at least 0, but is {FinalLearningRate}."
                ),
                (double.IsFinite(Gamma) && Gamma > 0, $"Gamma must be a finite number above 0, but is {Gamma}.")
            ),
        ];
}

/// <summary>AdaBound's formula at step <paramref name="t"/>.</summary>
internal readonly struct AdaBoundRule(AdaBoundOptions o, double learningRate, long t) : IUpdateRule
{
    private readonly double _beta1 = o.Beta1,
        _beta2 = o.Beta2,
        _epsilon = o.Epsilon,
        _decay = o.WeightDecay;
    private readonly double _rate = o.BiasCorrected(learningRate, t);
    private readonly double _lower = Final(o, learningRate) * (1 - 1 / (o.Gamma * t + 1)),
        _upper = Final(o, learningRate) * (1 + 1 / (o.Gamma * t));
    private readonly bool _amsBound = o.AmsBound;

    public void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>
    {
        if (_decay != 0)
            g += _decay * theta;
        m = _beta1 * m + (1 - _beta1) * g;
        v = _beta2 * v + (1 - _beta2) * (g * g);
        vh = _amsBound ? T.Max(vh, v) : v;
        theta -= T.Clamp(_rate / (T.Sqrt(vh) + _epsilon), _lower, _upper) * m;
    }

    private static double Final(AdaBoundOptions o, double learningRate) =>
        o.LearningRate > 0 ? o.FinalLearningRate * learningRate / o.LearningRate : 0;
}

internal sealed class AdaBoundOptimizer(AdaBoundOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<AdaBoundOptions>(options, groups)
{
    private protected override ParameterState CreateState(AdaBoundOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: settings.AmsBound);

    private protected override void Update(AdaBoundOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(new AdaBoundRule(settings, learningRate, t), operands);
}
