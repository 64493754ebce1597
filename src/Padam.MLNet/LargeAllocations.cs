using System.Runtime.InteropServices;

namespace Padam.MLNet;

/// <summary>Keeps the resident memory of a long training at what its tensors need. A setting of the whole process: for programs to choose, not for libraries.</summary>
/// <remarks>
/// A training step allocates and frees the same large tensors again and again, with small long-lived ones in between. glibc's heap falls apart over that: ResNet18 at
/// batch 128 needs 1.0 GB, and holds 1.8 GB after ten steps, growing. Blocks mapped one by one leave no holes, but each is then zeroed
/// in pages of 4 KiB on first touch, which costs a quarter of a step; in huge pages it costs nothing that can be measured.
/// </remarks>
public static partial class LargeAllocations
{
    private const int MMapThreshold = -3;
    private const int Threshold = 1 << 20;

    /// <summary>Maps each block of 1 MiB and more by itself, in huge pages. Takes effect in full when called before the first tensor; does nothing but on Linux with glibc.</summary>
    /// <returns>Whether it took effect.</returns>
    public static bool MapOneByOne()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            // libtorch reads this once, at its first large allocation, from the C library's environment, which .NET's own does not reach.
            return SetEnvironment("THP_MEM_ALLOC_ENABLE", "1", 0) == 0 && MallocOption(MMapThreshold, Threshold) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // musl has no mallopt.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
