using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Padam.MLNet.Kernels;

/// <summary>Eight floats: AVX2.</summary>
internal struct Register8(Vector256<float> value) : IRegister<Register8>
{
    private Vector256<float> _value = value;

    /// <summary>Whether the machine has such registers, and multiplies and adds in one go.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Register8 Load(float* from) => new(*(Vector256<float>*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Register8 x, float* to) => *(Vector256<float>*)to = x._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref Register8 sum, Register8 a, Register8 b) =>
        sum._value = Vector256.FusedMultiplyAdd(a._value, b._value, sum._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 WherePositive(Register8 condition, Register8 value) =>
        new(Vector256.GreaterThan(condition._value, default) & value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 IsNewLargest(Register8 value, Register8 largest) =>
        new(Vector256.GreaterThan(value._value, largest._value) | ~Vector256.Equals(value._value, value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Round(Register8 x) => new(Vector256.Round(x._value));

    // The exponent's bits of a float, whose bias is 127, come after the 23 of its fraction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 PowerOfTwo(Register8 n) =>
        new((Vector256.ConvertToInt32Native(n._value + Vector256.Create(127f)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Select(Register8 mask, Register8 ones, Register8 others) =>
        new(Vector256.ConditionalSelect(mask._value, ones._value, others._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator +(Register8 a, Register8 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator -(Register8 a, Register8 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator *(Register8 a, Register8 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator /(Register8 a, Register8 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator +(Register8 a, double b) => new(a._value + Of(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator *(double a, Register8 b) => new(Of(a) * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 operator /(double a, Register8 b) => new(Of(a) / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Max(Register8 a, Register8 b) => new(Vector256.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Clamp(Register8 x, double min, double max) => new(Vector256.Min(Vector256.Max(x._value, Of(min)), Of(max)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Sign(Register8 x) =>
        new(
            (Vector256.GreaterThan(x._value, default) & Vector256<float>.One)
                - (Vector256.LessThan(x._value, default) & Vector256<float>.One)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register8 Sqrt(Register8 x) => new(Vector256.Sqrt(x._value));

    public static Register8 Pow(Register8 x, double exponent) => new(Vector256.Exp(Of(exponent) * Vector256.Log(x._value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Of(double value) => Vector256.Create((float)value);
}
