using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// Draws from Beta(alpha, alpha), as G / (G + G') of two gamma variates (Marsaglia and Tsang, "A simple method for generating gamma
/// variables", 2000). By their logarithms: for small alphas they are too small for a double.
/// </summary>
internal static class SymmetricBeta
{
    internal static double Draw(double alpha, ref SplitMix64 random)
    {
        double first = LogOfGamma(alpha, ref random),
            second = LogOfGamma(alpha, ref random);
        return 1 / (1 + Math.Exp(second - first));
    }

    // A variate of alpha is one of alpha + 1 times U^(1 / alpha).
    private static double LogOfGamma(double alpha, ref SplitMix64 random)
    {
        double d = alpha + 1 - (1.0 / 3),
            c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = Normal(ref random),
                v = Math.Pow(1 + (c * normal), 3);
            if (v > 0 && LogOfUniform(ref random) < (normal * normal / 2) + d - (d * v) + (d * Math.Log(v)))
                return Math.Log(d * v) + (LogOfUniform(ref random) / alpha);
        }
    }

    // Box and Muller.
    private static double Normal(ref SplitMix64 random) =>
        Math.Sqrt(-2 * LogOfUniform(ref random)) * Math.Cos(2 * Math.PI * random.Uniform());

    private static double LogOfUniform(ref SplitMix64 random) => Math.Log(1 - random.Uniform());
}
