using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Padam.MLNet.Kernels;

/// <summary>Sixteen floats: AVX-512.</summary>
internal struct Register16(Vector512<float> value) : IRegister<Register16>
{
    private Vector512<float> _value = value;

    /// <summary>Whether the machine has such registers.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Register16 Load(float* from) => new(*(Vector512<float>*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Register16 x, float* to) => *(Vector512<float>*)to = x._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref Register16 sum, Register16 a, Register16 b) =>
        sum._value = Vector512.FusedMultiplyAdd(a._value, b._value, sum._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 WherePositive(Register16 condition, Register16 value) =>
        new(Vector512.GreaterThan(condition._value, default) & value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 IsNewLargest(Register16 value, Register16 largest) =>
        new(Vector512.GreaterThan(value._value, largest._value) | ~Vector512.Equals(value._value, value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Round(Register16 x) => new(Vector512.Round(x._value));

    // The exponent's bits of a float, whose bias is 127, come after the 23 of its fraction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 PowerOfTwo(Register16 n) =>
        new((Vector512.ConvertToInt32Native(n._value + Vector512.Create(127f)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Select(Register16 mask, Register16 ones, Register16 others) =>
        new(Vector512.ConditionalSelect(mask._value, ones._value, others._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator +(Register16 a, Register16 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator -(Register16 a, Register16 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator *(Register16 a, Register16 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator /(Register16 a, Register16 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator +(Register16 a, double b) => new(a._value + Of(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator *(double a, Register16 b) => new(Of(a) * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 operator /(double a, Register16 b) => new(Of(a) / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Max(Register16 a, Register16 b) => new(Vector512.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Clamp(Register16 x, double min, double max) => new(Vector512.Min(Vector512.Max(x._value, Of(min)), Of(max)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Sign(Register16 x) =>
        new(
            (Vector512.GreaterThan(x._value, default) & Vector512<float>.One)
                - (Vector512.LessThan(x._value, default) & Vector512<float>.One)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register16 Sqrt(Register16 x) => new(Vector512.Sqrt(x._value));

    public static Register16 Pow(Register16 x, double exponent) => new(Vector512.Exp(Of(exponent) * Vector512.Log(x._value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of(double value) => Vector512.Create((float)value);
}
