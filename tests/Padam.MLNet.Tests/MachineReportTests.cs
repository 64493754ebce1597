using System.Runtime.Intrinsics.X86;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class MachineReportTests
{
    [TestMethod]
    public void It_says_what_kernels_and_libtorch_work_with()
    {
        var report = MachineReport.Read();

        Assert.IsNull(report.LibtorchFault);
        Assert.AreEqual(torch.get_num_threads(), report.Threads);
        Assert.AreEqual(Registers.Widest, report.KernelFloats);
        Assert.AreEqual(Avx2.IsSupported, report.Instructions.Contains("AVX2"));
        Assert.AreEqual<bool?>(X86Base.IsSupported ? !FastBFloat16.IsMissing : null, report.HasFastBFloat16);
        Assert.AreEqual(Environment.ProcessorCount, report.Processors);
        Assert.AreEqual(Caches.Level2, report.Level2Cache);
        Assert.IsGreaterThan(report.ImageMemory, report.Memory);
        Assert.AreEqual(2, Version.Parse(MachineReport.LibtorchVersion).Major);
    }

    [TestMethod]
    public void On_Linux_the_OpenMP_runtime_is_a_file_that_is_there_beside_libtorch()
    {
        if (!OperatingSystem.IsLinux())
            return;
        string? runtime = MachineReport.Read().OpenMPRuntime;
        Assert.IsNotNull(runtime);
        Assert.IsTrue(File.Exists(runtime), runtime);
        Assert.IsTrue(File.Exists(Path.Combine(Path.GetDirectoryName(runtime)!, "libtorch_cpu.so")), runtime);
    }
}
