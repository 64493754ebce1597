using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Padam.MLNet;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>doctor</c> and <c>--version</c>.</summary>
[TestClass]
public sealed partial class DoctorCommandTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Doctor_says_a_sentence_of_each_part_of_this_machine()
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "doctor");

        Assert.AreEqual(0, result.ExitCode, result.All);
        TestContext.WriteLine(result.Output);
        string[] lines = result.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        string[] oneDnn = MachineReport.Read().HidesCaches ? ["oneDNN"] : [];
        string[] rest = ["bfloat16", "processors", "cache", "memory", "libtorch", "threads", "OpenMP", "CUDA"];
        CollectionAssert.AreEqual(
            new[] { "processor", "convolutions" }.Concat(oneDnn).Concat(rest).ToArray(),
            lines.Skip(1).Select(line => line.Split(':')[0]).ToArray()
        );
        Assert.IsTrue(Array.TrueForAll(lines[1..], line => line.EndsWith('.')), result.Output);
        StringAssert.Matches(result.Output, OneThread(), "as OMP_NUM_THREADS says");
        StringAssert.Contains(result.Output, $"libtorch: {MachineReport.LibtorchVersion}.");
        Assert.AreEqual($"padam-reproduce {ProgramVersion.This.Number}, commit {ProgramVersion.This.Commit}", lines[0]);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task Where_libtorch_cannot_be_loaded_doctor_says_why_and_the_rest_all_the_same()
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess
            .Start(folder.Path, new Dictionary<string, string> { ["PADAM_LIBTORCH"] = folder["nowhere"] }, "doctor")
            .Result();

        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, "processor: ");
        StringAssert.Contains(
            result.Output,
            $"libtorch: cannot be loaded, so nothing can be trained. PADAM_LIBTORCH is '{folder["nowhere"]}'"
        );
        Assert.DoesNotContain("threads:", result.Output);
    }

    [TestMethod]
    [DataRow("DOTNET_EnableAVX2", "convolutions: own kernels in registers of 4 floats.", "AVX2,")]
    [DataRow("DOTNET_EnableHWIntrinsic", "convolutions: libtorch's", "SSE4.2")]
    public async Task What_DOTNET_has_switched_off_is_not_there(string switched, string said, string gone)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Assert.Inconclusive($"The switches are of X64's instructions, and this is {RuntimeInformation.ProcessArchitecture}.");
            return;
        }

        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess
            .Start(folder.Path, new Dictionary<string, string> { [switched] = "0" }, "doctor")
            .Result();

        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, said);
        Assert.DoesNotContain(gone, result.Output);
    }

    [TestMethod]
    public async Task The_version_has_commit_and_libtorch()
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "--version");

        Assert.AreEqual(0, result.ExitCode, result.All);
        Match match = Version().Match(result.Output);
        Assert.IsTrue(match.Success, result.Output);
        Assert.AreEqual(ProgramVersion.This, new ProgramVersion(match.Groups[1].Value, match.Groups[2].Value));
        Assert.AreEqual(MachineReport.LibtorchVersion, match.Groups[3].Value);
    }

    [GeneratedRegex(@"threads: 1\b")]
    private static partial Regex OneThread();

    [GeneratedRegex(@"^padam-reproduce (\d+\.\d+\.\d+\S*), commit (\w+), libtorch (\d+\.\d+\.\d+)\r?\n$")]
    private static partial Regex Version();
}
