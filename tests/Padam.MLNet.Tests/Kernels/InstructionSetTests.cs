using System.Diagnostics;
using Padam.MLNet.Kernels;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>Runs the kernels' tests again in a process whose runtime pretends to a lesser processor.</summary>
[TestClass]
public sealed class InstructionSetTests
{
    [TestMethod]
    public void The_kernels_hold_without_AVX512()
    {
        if (!Lanes16.IsSupported) Assert.Inconclusive("This machine has no AVX-512 to do without.");
        RunAgain("DOTNET_EnableAVX512", nameof(WinogradConvolutionTests), nameof(RegisterTests));
    }

    [TestMethod]
    public void Convolution_is_direct_without_AVX2() => RunAgain("DOTNET_EnableAVX2", nameof(Convolution2dTests), nameof(RegisterTests));

    private static void RunAgain(string disabled, params string[] classes)
    {
        string program = Environment.ProcessPath!, assembly = typeof(InstructionSetTests).Assembly.Location;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string filter = string.Join("|", classes.Select(c => $"ClassName={typeof(InstructionSetTests).Namespace}.{c}"));
        var start = new ProcessStartInfo(program, [.. isHost ? [assembly] : Array.Empty<string>(), "--filter", filter, "--progress", "off"])
        {
            RedirectStandardOutput = true,
            Environment = { [disabled] = "0" },
        };
        // A coverage collector or debugger of the outer run has no business in the inner one.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
    }
}

[TestClass]
public sealed class RegisterTests
{
    [TestMethod]
    public void A_disabled_instruction_set_is_not_used()
    {
        bool withoutAvx512 = Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0", withoutAvx2 = Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0";
        Assert.IsFalse((withoutAvx512 || withoutAvx2) && Lanes16.IsSupported);
        Assert.IsFalse(withoutAvx2 && Lanes8.IsSupported);
    }
}
