using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Padam.MLNet.Kernels;

/// <summary>One float, for the end of a block and for machines without SIMD; in a vector's first place, so that it goes through the same operations.</summary>
internal readonly struct Register1(Vector128<float> value) : IRegister<Register1>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Register1 Load(float* from) => new(Vector128.CreateScalar(*from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Register1 x, float* to) => *to = x._value.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator +(Register1 a, Register1 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator -(Register1 a, Register1 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator *(Register1 a, Register1 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator /(Register1 a, Register1 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator +(Register1 a, double b) => new(a._value + Of(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator *(double a, Register1 b) => new(Of(a) * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 operator /(double a, Register1 b) => new(Of(a) / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 Max(Register1 a, Register1 b) => new(Vector128.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 Clamp(Register1 x, double min, double max) => new(Vector128.Min(Vector128.Max(x._value, Of(min)), Of(max)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 Sign(Register1 x) =>
        new((Vector128.GreaterThan(x._value, default) & Vector128<float>.One) - (Vector128.LessThan(x._value, default) & Vector128<float>.One));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register1 Sqrt(Register1 x) => new(Vector128.Sqrt(x._value));

    public static Register1 Pow(Register1 x, double exponent) => new(Vector128.Exp(Of(exponent) * Vector128.Log(x._value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Of(double value) => Vector128.Create((float)value);
}
