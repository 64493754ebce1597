using Padam.MLNet;
using static System.FormattableString;

namespace Padam.Reproduce.Reporting;

/// <summary>What a machine has and what that means for speed, a line for each part of it.</summary>
internal static class MachineSentences
{
    private const double Gibi = 1L << 30,
        Kibi = 1 << 10;

    public static IEnumerable<string> Of(MachineReport machine) =>
        [
            Processor(machine),
            Convolutions(machine),
            .. OneDnn(machine),
            BFloat16(machine),
            Cores(machine),
            Invariant($"cache: {machine.Level2Cache / Kibi:0} KiB of the second level for each core; the kernels cut their work to it."),
            Memory(machine),
            .. machine.LibtorchFault is { } fault
                ? [$"libtorch: cannot be loaded, so nothing can be trained. {fault}"]
                : OfLibtorch(machine),
        ];

    private static string Processor(MachineReport machine) =>
        $"processor: {machine.Architecture}, "
        + (machine.Instructions.Count > 0 ? $"with {string.Join(", ", machine.Instructions)}." : "without vector instructions.");

    private static string Convolutions(MachineReport machine) =>
        "convolutions: "
        + machine.KernelFloats switch
        {
            0 => "libtorch's, since .NET has no vector registers here. Expect trainings several times slower than with AVX2.",
            4 => "own kernels in registers of 4 floats. A processor with AVX2 and FMA has registers of 8.",
            8 => "own kernels in registers of 8 floats (AVX2).",
            _ => $"own kernels in registers of {machine.KernelFloats} floats (AVX-512).",
        };

    private static IEnumerable<string> OneDnn(MachineReport machine) =>
        machine.HidesCaches
            ?
            [
                "oneDNN: switched off. The processor hides the sizes of its caches, as under some hypervisors, and libtorch's convolutions "
                    + "by oneDNN are wrong then. Those of the own kernels are as fast as ever; others, and networks of TorchSharp's "
                    + "layers, take longer.",
            ]
            : [];

    private static string BFloat16(MachineReport machine) =>
        machine.HasFastBFloat16 switch
        {
            true => "bfloat16: multiplied by the processor's own instructions; --precision bfloat16 can be faster than float32.",
            false => "bfloat16: emulated, since libtorch has no instructions for it here (avx512_bf16, amx_bf16); --precision bfloat16 is "
                + "slower than float32.",
            null => "bfloat16: whether this processor has instructions for it is not known; time a short run with --precision bfloat16.",
        };

    private static string Cores(MachineReport machine)
    {
        string cores = machine.Cores is { } count ? $" (the machine has {Number(count, "core")})" : "";
        return $"processors: {machine.Processors} for this process{cores}.";
    }

    private static string Memory(MachineReport machine) =>
        Invariant(
            $"memory: {machine.Memory / Gibi:0.0} GiB for this process. Images take up to {machine.ImageMemory / Gibi:0.0} GiB of it; "
        ) + $"what is beyond goes to a temporary file in '{Path.GetTempPath()}'.";

    private static IEnumerable<string> OfLibtorch(MachineReport machine) =>
        [
            $"libtorch: {MachineReport.LibtorchVersion}.",
            $"threads: {machine.Threads}{Advice(machine)}",
            machine.OpenMPRuntime is { } file
                ? $"OpenMP: {file}; the kernels run on its threads, which are libtorch's."
                : "OpenMP: none whose threads can be shared; the kernels run on .NET's thread pool beside libtorch's threads.",
            machine.CudaDevices > 0
                ? $"CUDA: {Number(machine.CudaDevices, "device")}; --device cuda trains on the first one."
                : "CUDA: no device; trainings run on the processor.",
        ];

    private static string Advice(MachineReport machine) =>
        machine.Threads > machine.Processors
            ? ", more than there are processors: they wait for each other. Lower OMP_NUM_THREADS or use --threads."
        : machine.Threads < machine.Processors && !(machine.Threads >= machine.Cores)
            ? ", fewer than there are processors. OMP_NUM_THREADS or --threads changes it."
        : ". Several runs at once need --threads or --jobs, which divide them.";

    private static string Number(int count, string what) => Invariant($"{count} {what}{(count == 1 ? "" : "s")}");
}
