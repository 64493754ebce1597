using System.Runtime.InteropServices;

namespace Padam.MLNet.Native;

/// <summary>How much memory native code of this process holds.</summary>
internal static class NativeHeap
{
    // glibc 2.33 and later; libtorch takes its tensors from malloc.
    private static readonly nint Mallinfo = Find();

    /// <summary>
    /// Bytes that were taken and not given back: exact to some kilobytes under glibc; elsewhere the process's memory, which also moves for
    /// other reasons.
    /// </summary>
    internal static unsafe long BytesHeld()
    {
        if (Mallinfo == 0)
            return Environment.WorkingSet;
        MallocInfo info = ((delegate* unmanaged<MallocInfo>)Mallinfo)();
        return (long)(info.Allocated + info.Mapped);
    }

    private static nint Find() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "mallinfo2", out nint function)
            ? function
            : 0;

    // struct mallinfo2 of malloc.h: ten size_t.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint _arena,
            _freeChunks,
            _fastChunks,
            _mappedRegions;
        internal readonly nuint Mapped;
        private readonly nuint _unused,
            _fastBytes;
        internal readonly nuint Allocated;
        private readonly nuint _free,
            _trimmable;
    }
}
