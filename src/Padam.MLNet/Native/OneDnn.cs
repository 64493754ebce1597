using System.Runtime.Intrinsics.X86;

namespace Padam.MLNet.Native;

/// <summary>
/// oneDNN, which libtorch computes convolutions by. It cuts its work to the caches that the processor tells of (CPUID). Where a hypervisor
/// hides those of an AMD, it takes each for one byte large (Xbyak's <c>setCacheHierarchy</c>): many convolutions are wrong then, and some
/// end the process in a division by zero. Of other processors it guesses the sizes.
/// </summary>
internal static unsafe class OneDnn
{
    private const int CacheProperties = unchecked((int)0x8000001D),
        CacheTypeInEax = 0x1F,
        EndOfAuthenticAmd = 'c' | ('A' << 8) | ('M' << 16) | ('D' << 24);

    private const string Instructions = "ONEDNN_MAX_CPU_ISA";

    private static readonly Lazy<bool> IsOff = new(SwitchOff);

    /// <summary>Whether it cannot be trusted on this processor.</summary>
    public static bool IsWrong { get; } = X86Base.IsSupported && IsWrongOn(X86Base.CpuId);

    /// <summary>The same of any processor.</summary>
    /// <param name="cpuId">EAX, EBX, ECX and EDX of a leaf and a part of it.</param>
    internal static bool IsWrongOn(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId) =>
        cpuId(0, 0).Ecx == EndOfAuthenticAmd && (cpuId(CacheProperties, 0).Eax & CacheTypeInEax) == 0;

    /// <summary>
    /// Lets libtorch, in the whole process, compute without it where it is wrong. And without NNPACK, which would be asked next each time,
    /// and each time writes on the error stream that it doesn't know the processor. libtorch must be loaded.
    /// </summary>
    /// <exception cref="NotSupportedException">It is wrong and stays on; the message has the remedy.</exception>
    public static void SwitchOffWhereWrong()
    {
        if (IsWrong && Fault(IsOff.Value, Environment.GetEnvironmentVariable(Instructions)) is { } fault)
            throw new NotSupportedException(fault);
    }

    /// <summary>
    /// Why nothing may be computed where it is wrong; null where it is off, or kept to instructions by which it is right.
    /// </summary>
    /// <param name="isOff">Whether libtorch computes without it.</param>
    /// <param name="instructions">What the environment keeps it to; null for nothing.</param>
    internal static string? Fault(bool isOff, string? instructions) =>
        isOff || instructions?.ToUpperInvariant() is "SSE41" or "AVX"
            ? null
            : "This processor hides the sizes of its caches, as under some hypervisors. libtorch's convolutions by oneDNN are wrong then, "
                + $"and in this libtorch it cannot be switched off. Set {Instructions} to AVX before the program starts.";

    // at::globalContext().setUserEnabled...(false), of ATen/Context.h; TorchSharp has no way to it.
    private static bool SwitchOff()
    {
        nint context = LibtorchExports.Find("_ZN2at13globalContextEv"),
            oneDnn = LibtorchExports.Find("_ZN2at7Context20setUserEnabledMkldnnEb"),
            nnPack = LibtorchExports.Find("_ZN2at7Context20setUserEnabledNNPACKEb");
        if (context == 0 || oneDnn == 0 || nnPack == 0)
            return false;
        nint libtorch = ((delegate* unmanaged<nint>)context)();
        ((delegate* unmanaged<nint, byte, void>)oneDnn)(libtorch, 0);
        ((delegate* unmanaged<nint, byte, void>)nnPack)(libtorch, 0);
        return true;
    }
}
