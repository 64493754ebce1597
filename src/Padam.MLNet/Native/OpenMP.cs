namespace Padam.MLNet.Native;

/// <summary>
/// The OpenMP runtime that libtorch computes with, so that work may run on the threads that libtorch has already.
/// </summary>
internal static unsafe class OpenMP
{
    private static readonly (string? File, nint Entry) Found = Find();

    /// <summary>
    /// <c>void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags)</c>: what a compiler emits for
    /// <c>#pragma omp parallel</c>. Null where libtorch's runtime has none, or libtorch is not loaded yet.
    /// </summary>
    public static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Parallel = (delegate* unmanaged<
        delegate* unmanaged<nint, void>,
        nint,
        uint,
        uint,
        void>)
        Found.Entry;

    /// <summary>The file of that runtime; null where there is none.</summary>
    public static string? Library => Found.File;

    // Other libraries bring OpenMP runtimes of their own (LightGBM the system's), each with threads of its own that spin while they wait.
    // Asked for by libtorch's handle, the loader looks through what libtorch was linked with, in the order in which libtorch is bound.
    private static (string? File, nint Entry) Find() =>
        LibtorchExports.Find("GOMP_parallel") is not 0 and var parallel ? (LibtorchExports.FileOf(parallel), parallel) : default;
}
