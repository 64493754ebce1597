using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>An activation in registers, with its gradient.</summary>
internal interface IActivation
{
    /// <summary>Whether it takes so long that its gradient is written down rather than computed twice.</summary>
    static abstract bool IsCostly { get; }

    static abstract T Apply<T>(T x)
        where T : unmanaged, IRegister<T>;

    /// <summary>The gradient of x, from that of the output.</summary>
    static abstract T Gradient<T>(T x, T dy)
        where T : unmanaged, IRegister<T>;
}

/// <summary>x.</summary>
internal readonly struct Identity : IActivation
{
    public static bool IsCostly => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x)
        where T : unmanaged, IRegister<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T x, T dy)
        where T : unmanaged, IRegister<T> => dy;
}

/// <summary>max(x, 0).</summary>
internal readonly struct Relu : IActivation
{
    public static bool IsCostly => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x)
        where T : unmanaged, IRegister<T> => T.Max(x, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T x, T dy)
        where T : unmanaged, IRegister<T> => T.WherePositive(x, dy);
}
