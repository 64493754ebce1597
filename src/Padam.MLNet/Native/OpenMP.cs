using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Padam.MLNet.Native;

/// <summary>
/// The OpenMP runtime that libtorch brought into the process, so that work may run on the threads that libtorch has already.
/// </summary>
internal static unsafe class OpenMP
{
    private static readonly (string? File, nint Entry) Found = Find();

    /// <summary>
    /// <c>void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags)</c>: what a compiler emits for
    /// <c>#pragma omp parallel</c>. Null where no loaded runtime has it.
    /// </summary>
    public static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Parallel = (delegate* unmanaged<
        delegate* unmanaged<nint, void>,
        nint,
        uint,
        uint,
        void>)
        Found.Entry;

    /// <summary>The file of the runtime that has it; null where none has.</summary>
    public static string? Library => Found.File;

    // The file's name differs from package to package (libgomp-98b21ff3.so.1), so it is looked up among the libraries already loaded.
    private static (string? File, nint Entry) Find()
    {
        if (!OperatingSystem.IsLinux())
            return default;
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            bool isOpenMP =
                module.ModuleName.StartsWith("libgomp", StringComparison.Ordinal)
                || module.ModuleName.StartsWith("libiomp", StringComparison.Ordinal);
            if (
                isOpenMP
                && NativeLibrary.TryLoad(module.FileName, out nint library)
                && NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel)
            )
            {
                return (module.FileName, parallel);
            }
        }

        return default;
    }
}
