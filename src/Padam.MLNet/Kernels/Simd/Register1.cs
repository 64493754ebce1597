using System.Runtime.Intrinsics;

namespace Padam.MLNet.Kernels;

/// <summary>One float: what is left at the end of a chunk, and everything on machines without SIMD.</summary>
internal struct Register1(float value) : IRegister<Register1>
{
    private float _value = value;

    public static int Count => 1;

    public static unsafe Register1 Load(float* from) => new(*from);

    public static unsafe void Store(Register1 x, float* to) => *to = x._value;

    public static Register1 Broadcast(float value) => new(value);

    public static void Accumulate(ref Register1 sum, Register1 a, Register1 b) =>
        sum._value = MathF.FusedMultiplyAdd(a._value, b._value, sum._value);

    public static Register1 WherePositive(Register1 condition, Register1 value) => new(condition._value > 0 ? value._value : 0);

    public static Register1 IsNewLargest(Register1 value, Register1 largest) =>
        new(BitConverter.Int32BitsToSingle(value._value > largest._value || float.IsNaN(value._value) ? -1 : 0));

    public static Register1 Round(Register1 x) => new(MathF.Round(x._value));

    public static Register1 PowerOfTwo(Register1 n) => new(MathF.ScaleB(1, (int)n._value));

    public static Register1 Select(Register1 mask, Register1 ones, Register1 others) =>
        BitConverter.SingleToInt32Bits(mask._value) != 0 ? ones : others;

    public static Register1 operator +(Register1 a, Register1 b) => new(a._value + b._value);

    public static Register1 operator -(Register1 a, Register1 b) => new(a._value - b._value);

    public static Register1 operator *(Register1 a, Register1 b) => new(a._value * b._value);

    public static Register1 operator /(Register1 a, Register1 b) => new(a._value / b._value);

    public static Register1 operator +(Register1 a, double b) => new(a._value + (float)b);

    public static Register1 operator *(double a, Register1 b) => new((float)a * b._value);

    public static Register1 operator /(double a, Register1 b) => new((float)a / b._value);

    public static Register1 Max(Register1 a, Register1 b) => new(MathF.Max(a._value, b._value));

    public static Register1 Clamp(Register1 x, double min, double max) => new(MathF.Min(MathF.Max(x._value, (float)min), (float)max));

    public static Register1 Sign(Register1 x) => new((x._value > 0 ? 1 : 0) - (x._value < 0 ? 1 : 0));

    public static Register1 Sqrt(Register1 x) => new(MathF.Sqrt(x._value));

    /// <summary>
    /// By the vectors' exponential and logarithm, whose last bit MathF's don't share: an element gets the same value wherever it stands.
    /// </summary>
    public static Register1 Pow(Register1 x, double exponent) =>
        new(Vector128.Exp(Vector128.Create((float)exponent) * Vector128.Log(Vector128.CreateScalar(x._value))).ToScalar());
}
