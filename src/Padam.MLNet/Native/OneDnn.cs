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

    /// <summary>Whether it cannot be trusted on this processor.</summary>
    public static bool IsWrong { get; } = X86Base.IsSupported && IsWrongOn(X86Base.CpuId);

    /// <summary>The same of any processor.</summary>
    /// <param name="cpuId">EAX, EBX, ECX and EDX of a leaf and a part of it.</param>
    internal static bool IsWrongOn(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId) =>
        cpuId(0, 0).Ecx == EndOfAuthenticAmd && (cpuId(CacheProperties, 0).Eax & CacheTypeInEax) == 0;

    /// <summary>
    /// Lets libtorch, in the whole process, compute without it where it is wrong. And without NNPACK, which would be asked next each time,
    /// and each time writes on the error stream that it doesn't know the processor.
    /// </summary>
    public static void SwitchOffWhereWrong()
    {
        if (!IsWrong)
            return;
        SwitchOff("_ZN2at7Context20setUserEnabledMkldnnEb");
        SwitchOff("_ZN2at7Context20setUserEnabledNNPACKEb");
    }

    // at::globalContext().setUserEnabled...(false), of ATen/Context.h; TorchSharp has no way to it.
    private static void SwitchOff(string setter)
    {
        nint context = LibtorchExports.Find("_ZN2at13globalContextEv"),
            set = LibtorchExports.Find(setter);
        if (context != 0 && set != 0)
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
    }
}
