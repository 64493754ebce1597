using System.Diagnostics;
using Padam.MLNet.Kernels;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>
/// The kernels on machines with less than this one has: their tests again in a process with instruction sets switched off.
/// </summary>
[TestClass]
public sealed class InstructionSetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // .NET 10 calls the first EnableAVX512; runtimes before it called it EnableAVX512F.
    [TestMethod]
    [DataRow(
        "EnableAVX512",
        "EnableAVX512F",
        "GoldenTrajectoryTests|FusedUpdateTests|BatchNormalizationTests|WinogradConvolutionTests|PatchConvolutionTests"
            + "|Im2colConvolutionTests|MaxPoolingTests|KernelPropertyTests|Kernels.ActivationTests|RegisterTests|MachineReportTests",
        DisplayName = "without AVX-512"
    )]
    [DataRow(
        "EnableAVX2",
        "EnableAVX2",
        "GoldenTrajectoryTests|FusedUpdateTests|BatchNormalizationTests|Convolution2dTests|WinogradConvolutionTests"
            + "|PatchConvolutionTests|Im2colConvolutionTests|MaxPoolingTests|KernelPropertyTests|Kernels.ActivationTests|GoldenNetworkTests"
            + "|RegisterTests|MachineReportTests",
        DisplayName = "without AVX2: registers of four"
    )]
    [DataRow(
        "EnableHWIntrinsic",
        "EnableHWIntrinsic",
        "GoldenTrajectoryTests|FusedUpdateTests|BatchNormalizationTests|Convolution2dTests|MachineReportTests",
        DisplayName = "without SIMD: convolutions go direct"
    )]
    public void The_kernels_are_right(string switchedOff, string formerName, string classes)
    {
        string assembly = typeof(InstructionSetTests).Assembly.Location,
            program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(assembly);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add(string.Join("|", classes.Split('|').Select(name => $"FullyQualifiedName~{name}")));
        // A coverage collector or debugger of the outer run has no business in the inner one.
        foreach (
            string name in start
                .Environment.Keys.Where(key => key.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase))
                .ToArray()
        )
            start.Environment.Remove(name);
        start.Environment["DOTNET_" + switchedOff] = "0";
        start.Environment["DOTNET_" + formerName] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(Patience);
        if (!ended)
            process.Kill(entireProcessTree: true);
        Assert.IsTrue(ended && process.ExitCode == 0, output.Result + errors.Result);
        Assert.Contains("Passed!", output.Result);
    }
}

[TestClass]
public sealed class RegisterTests
{
    [TestMethod]
    public void A_disabled_instruction_set_is_not_used()
    {
        bool withoutAvx512 = Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0",
            withoutAvx2 = Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0";
        Assert.IsFalse((withoutAvx512 || withoutAvx2) && Register16.IsSupported);
        Assert.IsFalse(withoutAvx2 && Register8.IsSupported);
    }
}
