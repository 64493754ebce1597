using System.Runtime.InteropServices;
using Padam.MLNet;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Tests.Reporting;

[TestClass]
public sealed class MachineSentencesTests
{
    private static readonly MachineReport Server = new()
    {
        Architecture = Architecture.X64,
        Instructions = ["AVX2", "FMA", "AVX-512"],
        KernelFloats = 16,
        HasFastBFloat16 = true,
        Processors = 8,
        Cores = 4,
        Level2Cache = 2 << 20,
        Memory = 16L << 30,
        ImageMemory = 8L << 30,
        Threads = 4,
        OpenMPRuntime = "/opt/libgomp.so.1",
        CudaDevices = 2,
    };

    [TestMethod]
    public void Of_a_server_everything_is_said()
    {
        string said = Of(Server);
        StringAssert.Contains(said, "processor: X64, with AVX2, FMA, AVX-512.");
        StringAssert.Contains(said, "convolutions: own kernels in registers of 16 floats (AVX-512).");
        StringAssert.Contains(said, "bfloat16: multiplied by the processor's own instructions");
        StringAssert.Contains(said, "processors: 8 for this process (the machine has 4 cores).");
        StringAssert.Contains(said, "cache: 2048 KiB");
        StringAssert.Contains(said, "memory: 16.0 GiB for this process. Images take up to 8.0 GiB of it;");
        StringAssert.Contains(said, "threads: 4. Several runs at once");
        StringAssert.Contains(said, "OpenMP: /opt/libgomp.so.1;");
        StringAssert.Contains(said, "CUDA: 2 devices; --device cuda");
    }

    [TestMethod]
    public void What_a_machine_lacks_is_said_with_what_it_means()
    {
        string said = Of(
            Server with
            {
                Instructions = [],
                KernelFloats = 0,
                HasFastBFloat16 = false,
                Cores = null,
                OpenMPRuntime = null,
                CudaDevices = 0,
            }
        );
        StringAssert.Contains(said, "without vector instructions.");
        StringAssert.Contains(said, "convolutions: libtorch's");
        StringAssert.Contains(said, "bfloat16: emulated");
        StringAssert.Contains(said, "processors: 8 for this process.");
        StringAssert.Contains(said, "OpenMP: none whose threads can be shared");
        StringAssert.Contains(said, "CUDA: no device");
    }

    [TestMethod]
    [DataRow(4, "convolutions: own kernels in registers of 4 floats. A processor with AVX2 and FMA has registers of 8.")]
    [DataRow(8, "convolutions: own kernels in registers of 8 floats (AVX2).")]
    public void The_kernels_registers_are_said_with_the_instructions_that_they_need(int floats, string expected) =>
        StringAssert.Contains(Of(Server with { KernelFloats = floats }), expected);

    [TestMethod]
    [DataRow(4, "threads: 4. Several")]
    [DataRow(8, "threads: 8. Several")]
    [DataRow(1, "threads: 1, fewer than there are processors.")]
    [DataRow(16, "threads: 16, more than there are processors: they wait for each other.")]
    public void The_number_of_threads_is_judged_by_processors_and_cores(int threads, string expected) =>
        StringAssert.Contains(Of(Server with { Threads = threads }), expected);

    [TestMethod]
    public void Bfloat16_of_a_processor_that_tells_nothing_is_not_known() =>
        StringAssert.Contains(Of(Server with { HasFastBFloat16 = null }), "is not known; time a short run");

    [TestMethod]
    public void That_oneDNN_is_switched_off_is_said_where_it_is()
    {
        StringAssert.Contains(Of(Server with { HidesCaches = true }), "oneDNN: switched off. The processor hides");
        Assert.DoesNotContain("oneDNN", Of(Server));
    }

    private static string Of(MachineReport machine) => string.Join('\n', MachineSentences.Of(machine));
}
