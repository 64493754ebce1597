using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>
/// New tensors in the CPU's memory. Their type and device are named here: left out, torch takes the process's defaults, which are the
/// caller's to set. A test reads the compiled library for any that is made elsewhere.
/// </summary>
internal static class CpuTensors
{
    /// <summary>A tensor with arbitrary content.</summary>
    public static Tensor Empty(ReadOnlySpan<long> shape, ScalarType type = ScalarType.Float32) => empty(shape, type, CPU);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(ReadOnlySpan<long> shape, ScalarType type = ScalarType.Float32) => zeros(shape, type, CPU);

    /// <summary>A float32 tensor of ones.</summary>
    public static Tensor Ones(ReadOnlySpan<long> shape) => ones(shape, ScalarType.Float32, CPU);

    /// <summary>A copy of some bytes, [length].</summary>
    public static Tensor Of(byte[] bytes) => tensor(bytes, ScalarType.Byte, CPU);

    /// <summary>A copy of some numbers.</summary>
    public static Tensor Of(float[] values, ReadOnlySpan<long> shape) => tensor(values, shape, ScalarType.Float32, CPU);
}
