using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Padam.MLNet.Native;

/// <summary>
/// The entry points of Open MPI's C library that this library calls. Its header is for one version: handles are addresses of the library's
/// own variables, and no other version is called. Errors end the job, as MPI has it unless told otherwise. Open MPI itself waits by
/// spinning on a core, which others may need: here a rank that waits for long sleeps between two looks.
/// </summary>
internal static unsafe partial class OpenMpi
{
    private const string Library = "libmpi.so.40",
        Version = "Open MPI v4.1.";

    // MPI_THREAD_SERIALIZED: one thread at a time calls it, whichever.
    private const int Serialized = 2;

    // RTLD_LAZY | RTLD_GLOBAL of dlfcn.h: Open MPI's plug-ins look for its symbols in the process.
    private const int LazyAndGlobal = 0x101;

    // MPI_IN_PLACE, MPI_STATUS_IGNORE and MPI_MAX_LIBRARY_VERSION_STRING of mpi.h.
    private const nint InPlace = 1,
        IgnoredStatus = 0;
    private const int LongestVersion = 256;

    // Longer than a small sum takes on a network; and what the system adds to so short a sleep is as long.
    private static readonly TimeSpan Spinning = TimeSpan.FromMilliseconds(1);
    private const long SleepNanoseconds = 50_000;

    private static readonly Lazy<nint> Opened = new(() =>
    {
        nint library = Open(Library);
        RequireVersion();
        return library;
    });

    /// <summary>This process among those of its job, from 0.</summary>
    public static int Rank { get; private set; }

    /// <summary>The processes of its job.</summary>
    public static int Size { get; private set; }

    /// <summary>Loads the library and joins the job that mpirun or srun started; alone, the job has one process.</summary>
    /// <exception cref="DllNotFoundException">The library is not there; the message names its package.</exception>
    /// <exception cref="NotSupportedException">It is another version, or takes calls of one thread alone.</exception>
    public static void Join()
    {
        _ = Opened.Value;
        int provided,
            rank,
            size;
        Check(MPI_Init_thread(null, null, Serialized, &provided), nameof(MPI_Init_thread));
        if (provided < Serialized)
            throw new NotSupportedException("This Open MPI takes calls of one thread alone, and .NET has several. Use Debian's.");
        Check(MPI_Comm_rank(World, &rank), nameof(MPI_Comm_rank));
        Check(MPI_Comm_size(World, &size), nameof(MPI_Comm_size));
        (Rank, Size) = (rank, size);
    }

    /// <summary>Leaves the job, and waits for all others to do so.</summary>
    public static void Leave() => Check(MPI_Finalize(), nameof(MPI_Finalize));

    /// <summary>Ends the job, all processes of it, with an exit code. Does not return.</summary>
    public static void Abort(int code) => Check(MPI_Abort(World, code), nameof(MPI_Abort));

    /// <summary>Replaces numbers by their sums over all ranks, the same bits on each.</summary>
    public static void Sum(Span<double> values)
    {
        fixed (double* data = values)
            Reduce((nint)data, values.Length, "ompi_mpi_double", "ompi_mpi_op_sum");
    }

    /// <summary>The largest of all ranks' numbers.</summary>
    public static int Largest(int value)
    {
        Reduce((nint)(&value), 1, "ompi_mpi_int", "ompi_mpi_op_max");
        return value;
    }

    /// <summary>Replaces bytes by those of one rank.</summary>
    public static void Broadcast(Span<byte> bytes, int from)
    {
        fixed (byte* data = bytes)
        {
            nint request;
            Check(MPI_Ibcast((nint)data, bytes.Length, Handle("ompi_mpi_byte"), from, World, &request), nameof(MPI_Ibcast));
            Wait(ref request);
        }
    }

    /// <summary>Begins to replace singles by their sums over all ranks; nobody may touch them until that is done.</summary>
    /// <returns>The request, for <see cref="IsDone"/> and <see cref="Wait"/>.</returns>
    public static nint BeginSum(nint singles, int count) => Begin(singles, count, "ompi_mpi_float", "ompi_mpi_op_sum");

    /// <summary>Lets Open MPI get on with what was begun (it moves only inside its calls), and says whether a request is done.</summary>
    public static bool IsDone(ref nint request)
    {
        int done;
        fixed (nint* pending = &request)
            Check(MPI_Test(pending, &done, IgnoredStatus), nameof(MPI_Test));
        return done != 0;
    }

    /// <summary>Returns once a request is done.</summary>
    public static void Wait(ref nint request)
    {
        long start = Stopwatch.GetTimestamp();
        while (!IsDone(ref request))
        {
            if (Stopwatch.GetElapsedTime(start) < Spinning)
                continue;
            (nint Seconds, nint Nanoseconds) sleep = (0, (nint)SleepNanoseconds);
            _ = nanosleep(&sleep, null);
        }
    }

    private static void Reduce(nint data, int count, string type, string operation)
    {
        nint request = Begin(data, count, type, operation);
        Wait(ref request);
    }

    private static nint Begin(nint data, int count, string type, string operation)
    {
        nint request;
        Check(MPI_Iallreduce(InPlace, data, count, Handle(type), Handle(operation), World, &request), nameof(MPI_Iallreduce));
        return request;
    }

    private static nint World => Handle("ompi_mpi_comm_world");

    private static nint Handle(string variable) => NativeLibrary.GetExport(Opened.Value, variable);

    /// <exception cref="DllNotFoundException">There is no such library; the message names the package.</exception>
    internal static nint Open(string file)
    {
        if (!OperatingSystem.IsLinux())
            throw new NotSupportedException("Training over MPI is for Linux, where Open MPI 4.1 is a package (Debian's openmpi-bin).");
        nint program = NativeLibrary.GetMainProgramHandle(),
            library;
        // Both before either is called: to look a function up is the loader's latest success, and its error is gone.
        var dlopen = (delegate* unmanaged<byte*, int, nint>)NativeLibrary.GetExport(program, "dlopen");
        var dlerror = (delegate* unmanaged<nint>)NativeLibrary.GetExport(program, "dlerror");
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(file + '\0');
        fixed (byte* name = utf8)
            library = dlopen(name, LazyAndGlobal);
        return library != 0
            ? library
            : throw new DllNotFoundException(
                $"Open MPI's {file} cannot be loaded: install Debian's package openmpi-bin (version 4.1), which has mpirun too. What "
                    + $"the loader said: {Marshal.PtrToStringUTF8(dlerror())}."
            );
    }

    private static void RequireVersion()
    {
        byte* text = stackalloc byte[LongestVersion];
        int length;
        Check(MPI_Get_library_version(text, &length), nameof(MPI_Get_library_version));
        if (Fault(Encoding.UTF8.GetString(text, length)) is { } fault)
            throw new NotSupportedException(fault);
    }

    /// <summary>Why a version is not called, in a sentence; null for the one that is.</summary>
    /// <param name="version">As the library tells it: "Open MPI v4.1.4, package: ...".</param>
    internal static string? Fault(string version) =>
        version.StartsWith(Version, StringComparison.Ordinal)
            ? null
            : $"The MPI that is installed is '{version.Split(',')[0]}', and this library calls Open MPI 4.1 alone (Debian's openmpi-bin).";

    // Errors do not come back, unless another part of the process told MPI that they should.
    internal static void Check(int code, string call)
    {
        if (code != 0)
            throw new InvalidOperationException($"Open MPI's {call} failed with error {code}.");
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Get_library_version(byte* version, int* length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Init_thread(int* count, byte*** words, int required, int* provided);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Finalize();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Abort(nint communicator, int code);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Comm_rank(nint communicator, int* rank);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Comm_size(nint communicator, int* size);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Iallreduce(
        nint send,
        nint receive,
        int count,
        nint type,
        nint operation,
        nint communicator,
        nint* request
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Ibcast(nint data, int count, nint type, int root, nint communicator, nint* request);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int MPI_Test(nint* request, int* done, nint status);

    [LibraryImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int nanosleep((nint Seconds, nint Nanoseconds)* duration, void* left);
}
