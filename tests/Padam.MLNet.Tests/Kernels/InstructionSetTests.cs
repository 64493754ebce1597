using System.Diagnostics;
using System.Reflection;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>The optimizer's step on machines with less than this one has: the same tests again in a process with instruction sets switched off.</summary>
[TestClass]
public sealed class InstructionSetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // .NET 10 calls the first EnableAVX512; runtimes before it called it EnableAVX512F.
    [TestMethod]
    [DataRow("EnableAVX512", "EnableAVX512F", DisplayName = "without AVX-512")]
    [DataRow("EnableAVX2", "EnableAVX2", DisplayName = "without AVX2")]
    [DataRow("EnableHWIntrinsic", "EnableHWIntrinsic", DisplayName = "without SIMD")]
    public void The_step_is_right(string switchedOff, string formerName)
    {
        string assembly = Assembly.GetExecutingAssembly().Location, program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(assembly);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add("FullyQualifiedName~GoldenTrajectoryTests|FullyQualifiedName~MemoryPassTests");
        start.Environment["DOTNET_" + switchedOff] = "0";
        start.Environment["DOTNET_" + formerName] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(Patience);
        if (!ended) process.Kill(entireProcessTree: true);
        Assert.IsTrue(ended && process.ExitCode == 0, output.Result + errors.Result);
        Assert.Contains("Passed!", output.Result);
    }
}
