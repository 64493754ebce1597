using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Padam.MLNet.Native;

/// <summary>
/// Whether the processor multiplies bfloat16 by instructions of its own, and libtorch by them. .NET has no classes for them, so on x86 the
/// processor is asked itself (CPUID), and .NET whether the system lets AVX-512's registers be used; on ARM64 Linux is asked.
/// </summary>
internal static class FastBFloat16
{
    private const int ExtendedFeatures = 7,
        Avx512BFloat16InEax = 1 << 5,
        AmxBFloat16InEdx = 1 << 22;

    /// <summary>Null where nothing is known.</summary>
    public static bool? IsThere { get; } =
        X86Base.IsSupported ? Avx512F.IsSupported && IsOnX86(X86Base.CpuId) && !OneDnn.IsWrong
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? SystemFile.In("/proc", folder => IsOnArm(SystemFile.Text(folder, "cpuinfo")))
        : null;

    /// <summary>Whether it is known not to be there.</summary>
    public static bool IsMissing => IsThere == false;

    /// <summary>What Linux tells of an ARM64 processor; null where it names no features.</summary>
    /// <param name="cpuinfo">The text of <c>/proc/cpuinfo</c>.</param>
    internal static bool? IsOnArm(string cpuinfo) =>
        cpuinfo.Split('\n').FirstOrDefault(line => line.StartsWith("Features", StringComparison.Ordinal)) is { } features
            ? features.Split([' ', '\t', ':']).Contains("bf16")
            : null;

    /// <summary>What an x86 processor tells of itself.</summary>
    /// <param name="cpuId">EAX, EBX, ECX and EDX of a leaf and a part of it.</param>
    internal static bool IsOnX86(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        (int subleaves, _, _, int edx) = cpuId(ExtendedFeatures, 0);
        return (edx & AmxBFloat16InEdx) != 0 || (subleaves >= 1 && (cpuId(ExtendedFeatures, 1).Eax & Avx512BFloat16InEax) != 0);
    }
}
