using System.Runtime.InteropServices;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet;

/// <summary>What this machine has of all that decides how quickly a training runs on it, as the library sees it.</summary>
public sealed record MachineReport
{
    /// <summary>The version of the libtorch that is used, such as 2.10.0. Asking does not load it.</summary>
    public static string LibtorchVersion => OtherLibtorch.Version;

    /// <summary>The processor's architecture, such as X64.</summary>
    public Architecture Architecture { get; init; }

    /// <summary>Its instructions for several numbers at once that can be used here, such as AVX2, FMA and AVX-512.</summary>
    public IReadOnlyList<string> Instructions { get; init; } = [];

    /// <summary>
    /// How many floats the library's own kernels take at once where channels are a multiple of it: 16, 8 or 4; 0 where they aren't used,
    /// and libtorch's operators are.
    /// </summary>
    public int KernelFloats { get; init; }

    /// <summary>
    /// Whether the processor multiplies bfloat16 by instructions of its own, and libtorch by them; without,
    /// <see cref="Precision.BFloat16"/> is emulated. Null where nothing is known of it.
    /// </summary>
    public bool? HasFastBFloat16 { get; init; }

    /// <summary>
    /// Whether the processor hides the sizes of its caches, as one of AMD's does under some hypervisors, from oneDNN, which then computes
    /// wrong numbers: libtorch does without it in this process, and convolutions that the library has no kernels for take longer. Where it
    /// cannot, <see cref="LibtorchFault"/> says so.
    /// </summary>
    public bool HidesCaches { get; init; }

    /// <summary>Processors (hardware threads) that this process may use.</summary>
    public int Processors { get; init; }

    /// <summary>Cores of the machine; null where the system doesn't tell.</summary>
    public int? Cores { get; init; }

    /// <summary>Bytes of a core's second-level cache, which the kernels cut their work to; 1 MiB where the system doesn't tell.</summary>
    public long Level2Cache { get; init; }

    /// <summary>Bytes of memory that this process may use.</summary>
    public long Memory { get; init; }

    /// <summary>
    /// Bytes of images that stay in memory where <see cref="ImageClassificationOptions.ImageMemoryLimit"/> is not set; what is beyond goes
    /// to a temporary file.
    /// </summary>
    public long ImageMemory { get; init; }

    /// <summary>Why libtorch cannot be loaded, with the remedy; null where it can. If not, what follows is not known.</summary>
    public string? LibtorchFault { get; init; }

    /// <summary>The threads that libtorch, and with it the kernels, work on.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// The file of the OpenMP runtime whose threads the kernels share with libtorch. Null where none can be shared: they run on .NET's
    /// thread pool.
    /// </summary>
    public string? OpenMPRuntime { get; init; }

    /// <summary>GPUs that libtorch can use.</summary>
    public int CudaDevices { get; init; }

    /// <summary>Looks at this machine, which loads libtorch. Nothing of the process is changed.</summary>
    public static MachineReport Read()
    {
        string? fault = LoadingFault();
        var report = new MachineReport
        {
            Architecture = RuntimeInformation.ProcessArchitecture,
            Instructions = VectorInstructions.Names,
            KernelFloats = Registers.Widest,
            HasFastBFloat16 = FastBFloat16.IsThere,
            HidesCaches = OneDnn.IsWrong,
            Processors = Environment.ProcessorCount,
            Cores = ProcessorCores.Count,
            Level2Cache = Caches.Level2,
            Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ImageMemory = Data.ImageMemory.HalfOfWhatIsFree,
            LibtorchFault = fault,
        };
        // The runtime is looked up once, among the libraries that are there when it is first asked for.
        return fault is not null
            ? report
            : report with
            {
                Threads = torch.get_num_threads(),
                OpenMPRuntime = OpenMP.Library,
                CudaDevices = torch.cuda.is_available() ? torch.cuda.device_count() : 0,
            };
    }

    private static string? LoadingFault()
    {
        try
        {
            NativeLibraries.EnsureLoaded();
            return null;
        }
        catch (Exception fault) when (fault is DllNotFoundException or InvalidOperationException or NotSupportedException)
        {
            return fault.Message;
        }
    }
}
