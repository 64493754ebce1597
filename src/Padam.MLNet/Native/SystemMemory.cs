using System.Runtime.InteropServices;

namespace Padam.MLNet.Native;

/// <summary>
/// Memory from the system, aligned to cache lines and zero. Large blocks are pages of their own, on Linux huge ones, since the first touch
/// of a 32 MiB map in small pages takes 8,192 page faults.
/// </summary>
internal static unsafe partial class SystemMemory
{
    private const nuint SmallestOfPages = 1 << 20;
    private const nuint CacheLine = 64;
    private const int ReadAndWrite = 3,
        PrivateAnonymous = 0x22,
        HugePages = 14;

    /// <exception cref="InsufficientMemoryException">The system has no such block.</exception>
    public static nint Reserve(nuint bytes) => IsOfPages(bytes) ? Pages(bytes) : Heap(bytes);

    /// <param name="block">What <see cref="Reserve"/> gave.</param>
    /// <param name="bytes">For how many bytes it was asked.</param>
    public static void Release(nint block, nuint bytes)
    {
        if (IsOfPages(bytes))
            _ = Unmap(block, bytes);
        else
            NativeMemory.AlignedFree((void*)block);
    }

    private static bool IsOfPages(nuint bytes) => OperatingSystem.IsLinux() && bytes >= SmallestOfPages;

    private static nint Pages(nuint bytes)
    {
        nint block = Map(0, bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
        if (block == -1)
            throw Insufficient(bytes, null);
        // Advice only: a kernel that does not take it changes nothing but the time.
        _ = Advise(block, bytes, HugePages);
        return block;
    }

    private static nint Heap(nuint bytes)
    {
        try
        {
            void* block = NativeMemory.AlignedAlloc(bytes, CacheLine);
            NativeMemory.Clear(block, bytes);
            return (nint)block;
        }
        catch (OutOfMemoryException none)
        {
            throw Insufficient(bytes, none);
        }
    }

    private static InsufficientMemoryException Insufficient(nuint bytes, OutOfMemoryException? cause) =>
        new(
            $"The system has no {Math.Max(bytes >> 20, 1)} MiB for a map of activations. Take a smaller batch, or a narrower network.",
            cause
        );

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
