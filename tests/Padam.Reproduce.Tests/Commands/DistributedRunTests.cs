using System.Diagnostics;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>run --distributed</c> on two ranks, as mpirun starts them. Skipped where there is no Open MPI.</summary>
[TestClass]
public sealed class DistributedRunTests
{
    private static readonly string[] Run =
    [
        "run",
        "--dataset",
        "synthetic",
        "--data",
        "data",
        "--backbone",
        "vgg-small",
        "--optimizer",
        "padam",
        "--epochs",
        "3",
        "--batch-size",
        "16",
        "--train-limit",
        "96",
        "--test-limit",
        "40",
        "--threads",
        "1",
    ];

    private readonly TemporaryFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public async Task Generate()
    {
        MpiRun.Require();
        ConsoleResult made = await ConsoleProcess.Run(_folder.Path, "data", "generate", "--data", "data", "--train", "96", "--test", "40");
        Assert.AreEqual(0, made.ExitCode, made.All);
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public async Task The_first_rank_alone_speaks_and_the_run_has_the_numbers_of_one_process()
    {
        MpiRun shared = await Ranks("--out", "shared", "--distributed", "--sync-batch-norm").Ended();
        ConsoleResult alone = await ConsoleProcess.Run(_folder.Path, [.. Run, "--out", "alone"]);

        Assert.AreEqual(0, shared.ExitCode, shared.All);
        Assert.AreEqual(0, alone.ExitCode, alone.All);
        for (int epoch = 1; epoch <= 3; epoch++)
            Assert.HasCount(1, shared.Output.Where(line => line.Contains($"epoch {epoch}/3")).ToArray(), shared.All);
        Assert.HasCount(1, shared.Output.Where(line => line.StartsWith("Test accuracy")).ToArray(), shared.All);
        double[] one = Losses("alone"),
            two = Losses("shared");
        for (int epoch = 0; epoch < 3; epoch++)
            Assert.AreEqual(one[epoch], two[epoch], 0.02, $"epoch {epoch + 1}");
        StringAssert.Contains(File.ReadAllText(Named("shared", ".json")), "\"Ranks\": 2");
    }

    [TestMethod]
    [DataRow("KILL")]
    [DataRow("USR1")]
    public async Task A_rank_that_is_killed_or_a_job_that_is_told_to_stop_ends_and_goes_on_to_the_bytes_of_an_uninterrupted_run(
        string signal
    )
    {
        MpiRun whole = await Ranks("--out", "whole", "--distributed").Ended();
        Assert.AreEqual(0, whole.ExitCode, whole.All);

        using Process job = Ranks("--out", "stopped", "--distributed");
        while (!job.HasExited && !(File.Exists(Named("stopped", ".csv")) && File.ReadLines(Named("stopped", ".csv")).Count() > 1))
            await Task.Delay(20);
        long start = Stopwatch.GetTimestamp();
        if (signal == "KILL")
            Process.GetProcessById(RankOf(job)).Kill();
        else
            job.Signal(signal);
        MpiRun stopped = await job.Ended();
        TestContext.WriteLine($"{signal}: ended after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s with {stopped.ExitCode}");
        TestContext.WriteLine(stopped.Error);
        if (signal == "USR1")
            Assert.AreEqual(143, stopped.ExitCode, stopped.All);
        else
            StringAssert.Contains(stopped.Error, "exited on signal 9");

        MpiRun resumed = await Ranks("--out", "stopped", "--distributed", "--resume").Ended();
        Assert.AreEqual(0, resumed.ExitCode, resumed.All);
        foreach (string ending in new[] { ".csv", ".h5" })
            CollectionAssert.AreEqual(File.ReadAllBytes(Named("whole", ending)), File.ReadAllBytes(Named("stopped", ending)), ending);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["stopped"], "*.tmp", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_rank_without_its_data_says_so_before_the_training()
    {
        // Synthetic images would be made.
        string[] words =
        [
            .. Run.Select(word =>
                word switch
                {
                    "synthetic" => "cifar10",
                    "data" => "elsewhere",
                    _ => word,
                }
            ),
            "--distributed",
        ];
        MpiRun run = await MpiRun.Start(2, _folder.Path, [ConsoleProcess.Executable, .. words]).Ended();
        Assert.AreEqual(1, run.ExitCode, run.All);
        Assert.HasCount(1, run.Error.Split('\n').Where(line => line.Contains("data_batch")).ToArray(), run.All);
        Assert.DoesNotContain("epoch", run.All);
    }

    private Process Ranks(params string[] words) => MpiRun.Start(2, _folder.Path, [ConsoleProcess.Executable, .. Run, .. words]);

    // The last process that mpirun started.
    private static int RankOf(Process job) =>
        File.ReadAllText($"/proc/{job.Id}/task/{job.Id}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse)
            .Max();

    private string Named(string run, string ending) => Path.Combine(_folder.Path, run, "vgg-small", $"model_padam_synthetic{ending}");

    private double[] Losses(string run) =>
        [
            .. File.ReadLines(Named(run, ".csv"))
                .Skip(1)
                .Select(line => double.Parse(line.Split(';')[2], System.Globalization.CultureInfo.InvariantCulture)),
        ];
}
