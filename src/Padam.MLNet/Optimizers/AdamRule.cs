using Padam.MLNet.Kernels;

namespace Padam.MLNet.Optimizers;

/// <summary>The formula of Adam, AMSGrad and AdamW at step <paramref name="t"/>.</summary>
/// <remarks>
/// Bias-corrected, the step is <c>lr / (1 - beta1^t) * m / (sqrt(vh / (1 - beta2^t)) + eps)</c>. Multiplied through by sqrt(1 - beta2^t),
/// that is the form below with an epsilon of <c>eps * sqrt(1 - beta2^t)</c>; "epsilon hat" is the same form with a constant one.
/// </remarks>
internal readonly struct AdamRule(AdaptiveOptions o, bool uncorrectedEpsilon, double learningRate, long t) : IUpdateRule
{
    private readonly double _beta1 = o.Beta1,
        _beta2 = o.Beta2;
    private readonly double _rate = o.BiasCorrected(learningRate, t);
    private readonly double _epsilon = uncorrectedEpsilon ? o.Epsilon : o.Epsilon * Math.Sqrt(1 - Math.Pow(o.Beta2, t));

    /// <summary>Factor of the decay added to the gradient.</summary>
    public double L2 { get; init; } = 0;

    /// <summary>What the parameter is multiplied by ahead of the step (decoupled decay).</summary>
    public double Shrink { get; init; } = 1;

    /// <summary>Whether the denominator is the largest second moment so far.</summary>
    public bool AmsGrad { get; init; } = false;

    public void Update<T>(ref T theta, T g, ref T m, ref T v, ref T vh)
        where T : struct, IElements<T>
    {
        if (L2 != 0)
            g += L2 * theta;
        if (Shrink != 1)
            theta = Shrink * theta;
        m = _beta1 * m + (1 - _beta1) * g;
        v = _beta2 * v + (1 - _beta2) * (g * g);
        vh = AmsGrad ? T.Max(vh, v) : v;
        theta -= _rate * (m / (T.Sqrt(vh) + _epsilon));
    }
}
