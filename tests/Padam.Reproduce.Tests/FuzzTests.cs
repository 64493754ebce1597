using System.Diagnostics;

namespace Padam.Reproduce.Tests;

/// <summary>The command of coverage-guided fuzzing, at a few executions: docs/testing.md has the full count.</summary>
[TestClass]
public sealed class FuzzTests
{
    private const int AflIsMissing = 77;

    [TestMethod]
    public async Task Guided_fuzzing_of_each_reader_finds_nothing_in_a_few_executions()
    {
        using TemporaryFolder folder = new();
        string script = Path.Combine(Repository.Root, "tests", "Padam.Fuzz", "fuzz.sh");
        string[] arguments = ["--executions", "300", "--no-build", Repository.Configuration, "--out", folder["out"]];
        using Process process = Process.Start(new ProcessStartInfo("bash", [script, .. arguments]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == AflIsMissing)
            Assert.Inconclusive(output.Trim());
        Assert.AreEqual(0, process.ExitCode, output);
        Dictionary<string, string[]> rows = output
            .Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && int.TryParse(cells[2], out _))
            .ToDictionary(cells => cells[1]);
        Assert.HasCount(11, rows, output);
        foreach (string[] row in rows.Values)
            Assert.IsGreaterThanOrEqualTo(300, int.Parse(row[2]), output);
        // More inputs than it began with: branches are counted, and steer it.
        Assert.IsGreaterThan(10, int.Parse(rows["csv-log"][3]), output);
    }
}
