using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>x Φ(x), whose slope is Φ(x) + x φ(x), with the normal distribution Φ and its density φ.</summary>
internal readonly struct Gelu : IActivation
{
    private const float RootOfHalf = 0.70710678f,
        DensityAtZero = 0.39894228f;

    public static bool IsCostly => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x)
        where T : unmanaged, IRegister<T> => x * Distribution(x, Bell(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T x, T dy)
        where T : unmanaged, IRegister<T>
    {
        T bell = Bell(x);
        return dy * (Distribution(x, bell) + x * (DensityAtZero * bell));
    }

    // e^(-x²/2), and 0 where the exponential's limit would stand, however large x is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Bell<T>(T x)
        where T : unmanaged, IRegister<T>
    {
        T power = -0.5 * (x * x);
        return T.WherePositive(power + -Exponential.Least, Exponential.Of(power));
    }

    // Φ, by the tail beyond |x|: Abramowitz and Stegun 7.1.26, within 1.5e-7.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Distribution<T>(T x, T bell)
        where T : unmanaged, IRegister<T>
    {
        T size = T.Max(x, -1 * x),
            t = 1 / (0.3275911 * RootOfHalf * size + 1);
        T sum = T.Broadcast(1.061405429f);
        sum = Exponential.TimesPlus(sum, t, -1.453152027f);
        sum = Exponential.TimesPlus(sum, t, 1.421413741f);
        sum = Exponential.TimesPlus(sum, t, -0.284496736f);
        sum = Exponential.TimesPlus(sum, t, 0.254829592f);
        T tail = 0.5 * (sum * t * bell);
        return T.WherePositive(x, T.Broadcast(1) - 2 * tail) + tail;
    }
}
