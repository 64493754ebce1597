using System.Runtime.Intrinsics.X86;

namespace Padam.MLNet.Native;

/// <summary>
/// Whether the processor multiplies bfloat16 by instructions of its own. .NET has no classes for them, so the processor is asked itself
/// (CPUID), and .NET whether the system lets AVX-512's registers be used.
/// </summary>
internal static class FastBFloat16
{
    private const int ExtendedFeatures = 7,
        Avx512BFloat16InEax = 1 << 5,
        AmxBFloat16InEdx = 1 << 22;

    /// <summary>Whether this is an x86 processor without them. Of others nothing is known.</summary>
    public static bool IsMissing { get; } = X86Base.IsSupported && !(Avx512F.IsSupported && Has());

    private static bool Has()
    {
        (int subleaves, _, _, int edx) = X86Base.CpuId(ExtendedFeatures, 0);
        return (edx & AmxBFloat16InEdx) != 0 || (subleaves >= 1 && (X86Base.CpuId(ExtendedFeatures, 1).Eax & Avx512BFloat16InEax) != 0);
    }
}
