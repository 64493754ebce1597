using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// e^x in registers, within two units in the last place: 2^n times a polynomial of the rest (Moshier's Cephes, expf).
/// The same bits at any width, where the processor multiplies and adds in one go.
/// </summary>
internal static class Exponential
{
    // Where e^x is neither zero nor infinite, nor a number without its full digits.
    internal const double Least = -87,
        Most = 88;

    private const float Log2OfE = 1.44269504f;

    // ln 2 in two parts, of which the first has few digits: n times it is exact.
    private const float LargePartOfLn2 = 0.693359375f,
        SmallPartOfLn2 = -2.12194440e-4f;

    /// <summary>e^x; below -87 and above 88 that of the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T x)
        where T : unmanaged, IRegister<T>
    {
        x = T.Clamp(x, Least, Most);
        T n = T.Round(Log2OfE * x),
            r = TimesPlus(n, -LargePartOfLn2, x);
        r = TimesPlus(n, -SmallPartOfLn2, r);
        T sum = T.Broadcast(1.9875691500e-4f);
        sum = TimesPlus(sum, r, 1.3981999507e-3f);
        sum = TimesPlus(sum, r, 8.3334519073e-3f);
        sum = TimesPlus(sum, r, 4.1665795894e-2f);
        sum = TimesPlus(sum, r, 1.6666665459e-1f);
        sum = TimesPlus(sum, r, 5.0000001201e-1f);
        return (sum * (r * r) + r + 1) * T.PowerOfTwo(n);
    }

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T TimesPlus<T>(T a, T b, float c)
        where T : unmanaged, IRegister<T>
    {
        T sum = T.Broadcast(c);
        T.Accumulate(ref sum, a, b);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T TimesPlus<T>(T a, float b, T c)
        where T : unmanaged, IRegister<T>
    {
        T.Accumulate(ref c, a, T.Broadcast(b));
        return c;
    }
}
