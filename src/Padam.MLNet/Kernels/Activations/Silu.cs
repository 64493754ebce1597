using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>x σ(x), whose slope is σ(x) (1 + x (1 - σ(x))), with σ(x) = 1 / (1 + e^-x).</summary>
internal readonly struct Silu : IActivation
{
    public static bool IsCostly => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x)
        where T : unmanaged, IRegister<T> => x * Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T x, T dy)
        where T : unmanaged, IRegister<T>
    {
        T sigmoid = Sigmoid(x);
        return dy * (sigmoid * (x * (T.Broadcast(1) - sigmoid) + 1));
    }

    // 0 where the exponential's limit would stand, however far below zero x is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sigmoid<T>(T x)
        where T : unmanaged, IRegister<T> => T.WherePositive(x + -Exponential.Least, 1 / (Exponential.Of(-1 * x) + 1));
}
