using System.Runtime.InteropServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Large blocks of memory straight from the system; on Linux in huge pages, since the first touch of a 32 MiB map in small ones takes 8,192
/// page faults.
/// </summary>
internal static unsafe partial class Pages
{
    private const int ReadAndWrite = 3,
        PrivateAnonymous = 0x22,
        HugePages = 14;
    private const nuint CacheLine = 64;

    /// <exception cref="InsufficientMemoryException">The system has no such block.</exception>
    public static nint Reserve(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
            return (nint)NativeMemory.AlignedAlloc(bytes, CacheLine);
        nint block = Map(0, bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
        if (block == -1)
            throw new InsufficientMemoryException(
                $"The system has no {bytes >> 20} MiB for a map of activations. Take a smaller batch, or a narrower network."
            );
        // Advice only: a kernel that does not take it changes nothing but the time.
        _ = Advise(block, bytes, HugePages);
        return block;
    }

    public static void Release(nint block, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Unmap(block, bytes);
        else
            NativeMemory.AlignedFree((void*)block);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);
}
