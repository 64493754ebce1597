using TorchSharp;

namespace Padam.MLNet.Native;

/// <summary>
/// Numbers as libtorch's operators take them, held while they are read. TorchSharp hands native code the bare address of a
/// <see cref="Scalar"/> and keeps nothing alive meanwhile: one that an implicit conversion made, the factor of <c>a + b</c> included, may
/// be finalized in mid-call (docs/torchsharp-lifetime.md). So every number is made here, and either lives as long as the process or is held
/// by <c>using</c>. A test reads the compiled library for any other.
/// </summary>
internal static class Scalars
{
    /// <summary>1: the factor of a plain sum.</summary>
    public static readonly Scalar One = 1.ToScalar();

    /// <summary>A number for a block: <c>using Scalar rate = Scalars.Of(0.1);</c></summary>
    public static Scalar Of(double value) => value.ToScalar();

    /// <summary>A whole number for a block: with it, tensors of integers remain so.</summary>
    public static Scalar Of(long value) => value.ToScalar();
}
