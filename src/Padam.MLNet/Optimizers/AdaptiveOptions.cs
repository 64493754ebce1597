namespace Padam.MLNet.Optimizers;

/// <summary>What the optimizers share that keep a first and a second moment of the gradient: Adam, its kin, and Padam.</summary>
public abstract record AdaptiveOptions : OptimizerOptionsBase
{
    private protected AdaptiveOptions() { }

    /// <summary>Decay of the first moment, in [0, 1). The default value is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1). The default value is 0.999, but for Adam, AMSGrad and AdamW 0.99.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Keeps the denominator off zero; the optimizer's own documentation says where it is added. Finite, at least 0. The default value is
    /// 1e-8, but for Yogi 1e-3.
    /// </summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        [
            .. base.Validate(),
            .. Faults(
                (Beta1 is >= 0 and < 1, $"Beta1 must be at least 0 and below 1, but is {Beta1}."),
                (Beta2 is >= 0 and < 1, $"Beta2 must be at least 0 and below 1, but is {Beta2}."),
                (IsFiniteAndNotNegative(Epsilon), $"Epsilon must be a finite number of at least 0, but is {Epsilon}.")
            ),
        ];

    /// <summary>
    /// The learning rate at step <paramref name="t"/> that makes up for moments which began at zero (Kingma and Ba, section 2).
    /// </summary>
    internal double BiasCorrected(double learningRate, long t) =>
        learningRate * Math.Sqrt(1 - Math.Pow(Beta2, t)) / (1 - Math.Pow(Beta1, t));
}
