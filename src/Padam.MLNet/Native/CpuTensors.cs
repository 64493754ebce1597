using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>
/// New tensors in the CPU's memory. Their type and device are named here: left out, torch takes the process's defaults, which are the
/// caller's to set. A test reads the compiled library for any that is made elsewhere.
/// </summary>
internal static class CpuTensors
{
    // A tensor shows its memory as a span of bytes, which reaches over 2 GiB.
    private const int Part = 1 << 28;

    /// <summary>A tensor with arbitrary content.</summary>
    public static Tensor Empty(ReadOnlySpan<long> shape, ScalarType type = ScalarType.Float32) => empty(shape, type, CPU);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(ReadOnlySpan<long> shape, ScalarType type = ScalarType.Float32) => zeros(shape, type, CPU);

    /// <summary>A float32 tensor of ones.</summary>
    public static Tensor Ones(ReadOnlySpan<long> shape) => ones(shape, ScalarType.Float32, CPU);

    /// <summary>A copy of some bytes, [length].</summary>
    public static Tensor Of(byte[] bytes) => tensor(bytes, ScalarType.Byte, CPU);

    /// <summary>A copy of some integers.</summary>
    public static Tensor Of(long[] values, ReadOnlySpan<long> shape) => tensor(values, shape, ScalarType.Int64, CPU);

    /// <summary>A copy of some doubles.</summary>
    public static Tensor Of(double[] values, ReadOnlySpan<long> shape) => tensor(values, shape, ScalarType.Float64, CPU);

    /// <summary>A copy of some truth values.</summary>
    public static Tensor Of(bool[] values, ReadOnlySpan<long> shape) => tensor(values, shape, ScalarType.Bool, CPU);

    /// <summary>A copy of some numbers.</summary>
    public static Tensor Of(float[] values, ReadOnlySpan<long> shape) => tensor(values, shape, ScalarType.Float32, CPU);

    /// <summary>Copies singles into a contiguous tensor that has as many.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="part">How many at once.</param>
    public static void Write(Tensor tensor, ReadOnlySpan<float> values, int part = Part)
    {
        using Tensor flat = tensor.view(-1);
        for (int start = 0; start < values.Length; start += part)
        {
            ReadOnlySpan<float> some = values[start..Math.Min(start + part, values.Length)];
            using Tensor target = flat.narrow(0, start, some.Length);
            MemoryMarshal.AsBytes(some).CopyTo(target.bytes);
        }
    }

    /// <summary>Copies the singles of a contiguous tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="values">Receives as many numbers.</param>
    /// <param name="part">How many at once.</param>
    public static void Read(Tensor tensor, Span<float> values, int part = Part)
    {
        using Tensor flat = tensor.view(-1);
        for (int start = 0; start < values.Length; start += part)
        {
            Span<float> some = values[start..Math.Min(start + part, values.Length)];
            using Tensor source = flat.narrow(0, start, some.Length);
            MemoryMarshal.Cast<byte, float>(source.bytes).CopyTo(some);
        }
    }
}
