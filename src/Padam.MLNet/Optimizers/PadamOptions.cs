using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Padam, the partially adaptive momentum estimation of Chen et al., "Closing the Generalization Gap of Adaptive Gradient Methods in
/// Training Deep Neural Networks" (arXiv 1806.06763, algorithm 1), as the authors' code computes it. The defaults are the settings of the
/// reproducibility report (arXiv 1901.09517, table 1).
/// </summary>
public sealed record PadamOptions : AdaptiveOptions
{
    /// <summary>AMSGrad's p.</summary>
    internal const double LargestPartial = 0.5;

    /// <inheritdoc/>
    public override string Name => "padam";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.1.</remarks>
    public override double LearningRate { get; init; } = 0.1;

    /// <summary>
    /// The weight decay factor, as <see cref="DecoupledWeightDecay"/> says. Finite, at least 0. The default value is 0.0005.
    /// </summary>
    public override double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// The paper's p, in [0, 1/2]: 0 is momentum SGD with a bias-corrected rate, 1/2 is AMSGrad. The default value is 1/8.
    /// </summary>
    public double Partial { get; init; } = 0.125;

    /// <summary>
    /// Whether the denominator is the largest second moment so far (AMSGrad) or the present one (Adam). The default value is true.
    /// </summary>
    public bool AmsGrad { get; init; } = true;

    /// <summary>
    /// False: decay is added to the gradient (L2). True: the parameter shrinks by the factor <c>1 - learning rate * WeightDecay</c> ahead
    /// of the step, as in AdamW. The default value is false.
    /// </summary>
    public bool DecoupledWeightDecay { get; init; }

    /// <summary>Where epsilon stands. The default value is <see cref="EpsilonPlacement.InsideRoot"/>.</summary>
    public EpsilonPlacement EpsilonPlacement { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new PadamOptimizer(this, Groups(this, parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        [
            .. base.Validate(),
            .. Faults(
                (Partial is >= 0 and <= LargestPartial, $"Partial must be between 0 and 0.5, but is {Partial}."),
                (Enum.IsDefined(EpsilonPlacement), $"EpsilonPlacement must be InsideRoot or OutsideRoot, but is {EpsilonPlacement}.")
            ),
        ];
}

/// <summary>Padam's formula at step <paramref name="t"/>.</summary>
internal readonly struct PadamRule(PadamOptions o, double learningRate, long t) : IUpdateRule
{
    private readonly double _beta1 = o.Beta1,
        _beta2 = o.Beta2,
        _epsilon = o.Epsilon;
    private readonly double _rate = o.BiasCorrected(learningRate, t);
    private readonly double _decay = o.DecoupledWeightDecay ? 0 : o.WeightDecay;
    private readonly double _shrink = o.DecoupledWeightDecay ? 1 - learningRate * o.WeightDecay : 1;
    private readonly bool _amsGrad = o.AmsGrad,
        _adaptive = o.Partial > 0,
        _insideRoot = o.EpsilonPlacement == EpsilonPlacement.InsideRoot;
    private readonly Power _pow2p = new(2 * o.Partial),
        _powP = new(o.Partial);

    public void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>
    {
        if (_decay != 0)
            g += _decay * theta;
        if (_shrink != 1)
            theta = _shrink * theta;
        m = _beta1 * m + (1 - _beta1) * g;
        v = _beta2 * v + (1 - _beta2) * (g * g);
        vh = _amsGrad ? T.Max(vh, v) : v;
        theta -= _rate * (_adaptive ? m / Denominator(vh) : m);
    }

    private T Denominator<T>(T vh)
        where T : struct, IElements<T> => _insideRoot ? _pow2p.Of(T.Sqrt(vh) + _epsilon) : _powP.Of(vh) + _epsilon;
}
