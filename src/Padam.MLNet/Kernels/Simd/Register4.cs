using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Padam.MLNet.Kernels;

/// <summary>Four floats: NEON, SSE, and what the runtime makes of them on machines without either.</summary>
internal struct Register4(Vector128<float> value) : IRegister<Register4>
{
    private Vector128<float> _value = value;

    /// <summary>Whether the machine has such registers.</summary>
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Register4 Load(float* from) => new(*(Vector128<float>*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Register4 x, float* to) => *(Vector128<float>*)to = x._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref Register4 sum, Register4 a, Register4 b) =>
        sum._value = Vector128.MultiplyAddEstimate(a._value, b._value, sum._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 WherePositive(Register4 condition, Register4 value) =>
        new(Vector128.GreaterThan(condition._value, default) & value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 IsNewLargest(Register4 value, Register4 largest) =>
        new(Vector128.GreaterThan(value._value, largest._value) | ~Vector128.Equals(value._value, value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Round(Register4 x) => new(Vector128.Round(x._value));

    // The exponent's bits of a float, whose bias is 127, come after the 23 of its fraction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 PowerOfTwo(Register4 n) =>
        new((Vector128.ConvertToInt32Native(n._value + Vector128.Create(127f)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Select(Register4 mask, Register4 ones, Register4 others) =>
        new(Vector128.ConditionalSelect(mask._value, ones._value, others._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator +(Register4 a, Register4 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator -(Register4 a, Register4 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator *(Register4 a, Register4 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator /(Register4 a, Register4 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator +(Register4 a, double b) => new(a._value + Of(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator *(double a, Register4 b) => new(Of(a) * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 operator /(double a, Register4 b) => new(Of(a) / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Max(Register4 a, Register4 b) => new(Vector128.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Clamp(Register4 x, double min, double max) => new(Vector128.Min(Vector128.Max(x._value, Of(min)), Of(max)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Sign(Register4 x) =>
        new(
            (Vector128.GreaterThan(x._value, default) & Vector128<float>.One)
                - (Vector128.LessThan(x._value, default) & Vector128<float>.One)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register4 Sqrt(Register4 x) => new(Vector128.Sqrt(x._value));

    public static Register4 Pow(Register4 x, double exponent) => new(Vector128.Exp(Of(exponent) * Vector128.Log(x._value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Of(double value) => Vector128.Create((float)value);
}
