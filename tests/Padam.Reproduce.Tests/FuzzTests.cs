using System.Diagnostics;

namespace Padam.Reproduce.Tests;

/// <summary>The command of coverage-guided fuzzing, at a few executions: docs/testing.md has the full count.</summary>
[TestClass]
public sealed class FuzzTests
{
    private const int AflIsMissing = 77;

    [TestMethod]
    public async Task Guided_fuzzing_of_the_log_finds_nothing_in_a_few_executions()
    {
        using TemporaryFolder folder = new();
        string script = Path.Combine(Repository.Root, "tests", "Padam.Fuzz", "fuzz.sh");
        string[] arguments = ["csv-log", "--executions", "2000", "--no-build", Repository.Configuration, "--out", folder["out"]];
        using Process process = Process.Start(new ProcessStartInfo("bash", [script, .. arguments]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == AflIsMissing)
            Assert.Inconclusive(output.Trim());
        Assert.AreEqual(0, process.ExitCode, output);
        string[] row = output.Split('\n').Single(line => line.StartsWith("| csv-log |", StringComparison.Ordinal)).Split('|');
        Assert.IsGreaterThanOrEqualTo(2000, int.Parse(row[2]), output);
        // More inputs than it began with: branches are counted, and steer it.
        Assert.IsGreaterThan(10, int.Parse(row[3]), output);
    }
}
