using System.Diagnostics;
using Padam.Reproduce.Data;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class ExperimentCommandTests
{
    private static void WriteExperiment(TemporaryFolder folder, int epochs, params string[] optimizers) =>
        File.WriteAllText(
            folder["mine.json"],
            $$"""
            {
              "title": "Mine", "dataSets": ["synthetic"], "backbones": ["wrn-10-1"], "epochs": {{epochs}}, "milestones": [],
              "figures": ["train-loss"],
              "series": [{{string.Join(
                ", ",
                optimizers.Select(optimizer => $$"""{ "name": "{{optimizer}}", "optimizer": "{{optimizer}}" }""")
            )}}]
            }
            """
        );

    [TestMethod]
    public async Task The_list_names_the_reports_tables_and_figures()
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "experiment", "list");
        Assert.AreEqual(0, result.ExitCode, result.All);
        foreach (string name in new[] { "table1", "table2", "table3", "figure2", "figure8", "p-schedule", "padamw", "all" })
            StringAssert.Contains(result.Output, $"| {name} ");
    }

    [TestMethod]
    public async Task A_file_of_the_users_own_runs_in_processes_and_a_second_time_finds_all_finished()
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 1, "padam", "sgd");

        ConsoleResult first = await ConsoleProcess.Run(folder.Path, "experiment", "mine.json", "--jobs", "2", "--threads", "1");
        Assert.AreEqual(0, first.ExitCode, first.All);
        StringAssert.Contains(first.Output, "2 of 2 runs finished");
        Assert.AreEqual(2, Directory.GetFiles(folder["runs", "runs"], "model_*.zip", SearchOption.AllDirectories).Length);
        Assert.IsTrue(File.Exists(folder["runs", "report.html"]));

        ConsoleResult second = await ConsoleProcess.Run(folder.Path, "experiment", "mine.json", "--index", "1");
        Assert.AreEqual(0, second.ExitCode, second.All);
        StringAssert.Contains(second.Output, "finished before");
    }

    [TestMethod]
    public async Task Where_images_are_held_out_they_are_neither_trained_on_nor_the_test_images()
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 1, "sgd");
        string json = await File.ReadAllTextAsync(folder["mine.json"]);
        await File.WriteAllTextAsync(
            folder["mine.json"],
            json.Replace("\"epochs\"", "\"heldOut\": 0.2, \"recipe\": \"authors\", \"epochs\"", StringComparison.Ordinal)
        );
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "experiment", "mine.json", "--threads", "1");
        Assert.AreEqual(0, result.ExitCode, result.All);

        var summary = RunSummary.Read(Directory.GetFiles(folder["runs", "runs"], "model_*.json", SearchOption.AllDirectories).Single());
        Assert.AreEqual(
            (new Share(1_600, 2_000), new Share(400, 2_000), true),
            (summary.Data!.Train, summary.Data.Test, summary.Data.IsTestHeldOut)
        );
        Assert.AreEqual("authors", summary.Settings.Recipe, "the experiment's own");
        Assert.AreEqual(400, summary.Confusion!.Counts.Sum(row => row.Sum()));
        Assert.IsTrue(summary.Confusion.Counts.All(row => row.Sum() is >= 39 and <= 41), "as many of each class");
        string page = await File.ReadAllTextAsync(folder["runs", "report.md"]);
        StringAssert.Contains(page, "Data: synthetic, 1,600 of 2,000 training images and 400 of 2,000 set apart of them, of files");
        StringAssert.Contains(page, "What is called a test here is one on 20 % of the training images");
    }

    [TestMethod]
    public async Task A_training_that_diverges_is_a_result_that_is_kept_until_its_folder_is_removed()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder["mine.json"],
            """
            {
              "title": "Mine", "dataSets": ["synthetic"], "backbones": ["wrn-10-1"], "epochs": 1, "milestones": [],
              "series": [{ "name": "too high", "optimizer": "sgd", "learningRate": 1e30 }]
            }
            """
        );
        string[] words = ["experiment", "mine.json", "--threads", "1"];

        ConsoleResult first = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, first.ExitCode, first.All);
        StringAssert.Contains(first.Output, "| too high | 1     | diverged at epoch 1 |");
        StringAssert.Contains(first.Output, "1 of 1 runs finished, 1 of them diverged");
        string run = Directory.GetDirectories(folder["runs", "runs"]).Single();
        CollectionAssert.AreEquivalent(
            new[] { "model_sgd_synthetic.csv", "model_sgd_synthetic.json" },
            Directory.GetFileSystemEntries(run).Select(Path.GetFileName).ToArray()
        );

        StringAssert.Contains((await ConsoleProcess.Run(folder.Path, words)).Output, "diverged before, at epoch 1");
        Directory.Delete(run, recursive: true);
        ConsoleResult again = await ConsoleProcess.Run(folder.Path, words);
        Assert.IsFalse(again.Output.Contains("diverged before", StringComparison.Ordinal), again.All);
        Assert.IsTrue(Directory.Exists(run));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_parent_that_is_killed_takes_its_runs_along_and_they_save()
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 200, "padam", "sgd");
        using Process parent = ConsoleProcess.Start(folder.Path, "experiment", "mine.json", "--jobs", "2", "--threads", "1");
        var started = new HashSet<string>();
        while (started.Count < 2 && await parent.StandardOutput.ReadLineAsync() is { } line)
            if (line.Contains("epoch 1/200", StringComparison.Ordinal))
                started.Add(line.Split(" seed")[0]);
        Assert.HasCount(3, ProcessesIn(folder.Path));

        parent.Kill();
        await parent.WaitForExitAsync();
        for (int wait = 0; wait < 600 && ProcessesIn(folder.Path).Count > 0; wait++)
            await Task.Delay(100);

        Assert.IsEmpty(ProcessesIn(folder.Path));
        string[] progress = Directory.GetFiles(folder["runs", "runs"], "progress.json", SearchOption.AllDirectories);
        Assert.HasCount(2, progress);
        Assert.HasCount(2, Directory.GetFiles(folder["runs", "runs"], "checkpoint.zip", SearchOption.AllDirectories));
    }

    /// <summary>The processes that work in a folder.</summary>
    private static List<int> ProcessesIn(string folder) =>
        [
            .. Process
                .GetProcessesByName("padam-reproduce")
                .Where(process => new DirectoryInfo($"/proc/{process.Id}/cwd").LinkTarget == folder)
                .Select(process => process.Id),
        ];

    [TestMethod]
    public async Task The_lines_of_runs_side_by_side_come_through_whole_and_a_run_that_fails_is_said()
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 1, "padam", "sgd");
        Experiment experiment = ExperimentFile.Read(folder["mine.json"]);
        foreach (PlannedRun run in Planning.Of(experiment, Scale.Full, Recipe.Report, [1, 2]).Runs)
            FinishedRuns.Write(run.Files(folder["runs"]), run.Settings);
        PlannedRun damaged = Planning.Of(experiment, Scale.Full, Recipe.Report, [2]).Runs[1];
        await File.WriteAllTextAsync(damaged.Files(folder["runs"]).Summary, "{");

        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "experiment",
            "mine.json",
            "--seeds",
            "1,2",
            "--jobs",
            "4",
            "--threads",
            "1"
        );
        Assert.AreEqual(1, result.ExitCode, result.All);
        string[] lines = result.Output.Split('\n');
        Assert.HasCount(3, lines.Where(line => line.StartsWith("wrn-10-1 ", StringComparison.Ordinal)));
        Assert.HasCount(3, lines.Where(line => line.EndsWith(')') && line.Contains(": finished before (", StringComparison.Ordinal)));
        StringAssert.Contains(result.Error, damaged.Files("runs").Summary);
        StringAssert.Contains(result.Error, "ended with exit code 1");
        StringAssert.Contains(result.Output, "3 of 4 runs finished, 1 damaged");
    }

    [TestMethod]
    public async Task A_users_table2_stands_beside_the_shipped_one()
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 1, "padam");
        File.Move(folder["mine.json"], folder["table2.json"]);
        Experiment shipped = ExperimentFile.Shipped("table2"),
            own = ExperimentFile.Read(folder["table2.json"]);
        ExperimentPlan plan = Planning.Of(shipped, Scale.Full, Recipe.Report, [1]);
        plan.Keep(shipped, Scale.Full, Recipe.Report, folder["runs"], Assert.Fail);
        string before = await File.ReadAllTextAsync(plan.FileIn(folder["runs"]));
        foreach (PlannedRun run in Planning.Of(own, Scale.Full, Recipe.Report, [1]).Runs)
            FinishedRuns.Write(run.Files(folder["runs"]), run.Settings);

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "experiment", "table2.json");
        Assert.AreEqual(0, result.ExitCode, result.All);
        Assert.AreEqual(before, await File.ReadAllTextAsync(plan.FileIn(folder["runs"])));
        StringAssert.Contains(result.Output, "own-table2, scale full, recipe report: 1 of 1 runs finished.");
        StringAssert.Contains(result.Output, "table2, scale full, recipe report: 0 of 4 runs finished.");
    }

    [TestMethod]
    public async Task A_restriction_to_a_data_set_goes_with_the_words_of_the_array()
    {
        using TemporaryFolder folder = new();
        ConsoleResult script = await ConsoleProcess.Run(folder.Path, "experiment", "figure4", "--dataset", "cifar100", "--slurm");
        Assert.AreEqual(0, script.ExitCode, script.All);
        StringAssert.Contains(script.Output, "experiment figure4 --dataset cifar100 --scale full");
        StringAssert.Contains(script.Output, "#SBATCH --array=0-2");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("RUNNING", "requeue 77_0", DisplayName = "its time is over: it asks to be queued again")]
    [DataRow("COMPLETING", "", DisplayName = "the user cancelled it: it does not")]
    public async Task A_task_of_the_slurm_array_that_is_told_to_stop_saves(string state, string asked)
    {
        using TemporaryFolder folder = new();
        WriteExperiment(folder, epochs: 40, "padam");
        ConsoleResult script = await ConsoleProcess.Run(folder.Path, "experiment", "mine.json", "--slurm", "--threads", "1");
        Assert.AreEqual(0, script.ExitCode, script.All);
        StringAssert.Contains(script.Output, "#SBATCH --array=0-0");
        StringAssert.Contains(script.Output, "#SBATCH --cpus-per-task=1\n");
        await File.WriteAllTextAsync(folder["job.sbatch"], script.Output);
        WriteProgram(folder["squeue"], $"echo {state}");
        WriteProgram(folder["scontrol"], "echo \"$@\" > requeued");

        using Process task = Process.Start(
            new ProcessStartInfo("bash", ["job.sbatch"])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["SLURM_ARRAY_TASK_ID"] = "0",
                    ["SLURM_ARRAY_JOB_ID"] = "77",
                    ["SLURM_CPUS_PER_TASK"] = "1",
                    ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
                    ["OMP_NUM_THREADS"] = "1",
                    ["OMP_WAIT_POLICY"] = "passive",
                },
            }
        )!;
        while (await task.StandardOutput.ReadLineAsync() is { } line && !line.Contains("epoch 1/40", StringComparison.Ordinal)) { }
        task.Signal("TERM");
        ConsoleResult stopped = await task.Result();

        Assert.AreEqual(143, stopped.ExitCode, stopped.All);
        Assert.AreEqual(asked, File.Exists(folder["requeued"]) ? (await File.ReadAllTextAsync(folder["requeued"])).TrimEnd() : "");
        Assert.AreEqual(1, Directory.GetFiles(folder["runs", "runs"], "checkpoint.zip", SearchOption.AllDirectories).Length);
    }

    private static void WriteProgram(string path, string line)
    {
        File.WriteAllText(path, $"#!/bin/bash\n{line}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    [TestMethod]
    [DataRow("experiment table9", 2, "table2")]
    [DataRow("experiment table2 --data nowhere", 1, "data download --dataset cifar10")]
    [DataRow("experiment table2 --scale quick --index 4", 1, "the runs 0 to 3")]
    [DataRow("experiment table2 --scale huge", 2, "huge")]
    [DataRow("experiment table2 --dataset mnist", 2, "there is no data set 'mnist'")]
    [DataRow("experiment table2 --dataset cifar10,cifar100", 2, "--dataset cifar100: table2 has cifar10")]
    [DataRow("experiment all --dataset synthetic", 2, "No experiment has the data set synthetic")]
    [DataRow("experiment table2 --seeds 1,1", 2, "--seeds '1,1'")]
    [DataRow("experiment table2 --jobs two", 2, "two")]
    [DataRow("experiment table2 --threads 100000", 2, "--threads 100000 is too many for this machine")]
    [DataRow("experiment table2 --jobs 2 --slurm", 2, "--slurm")]
    [DataRow("experiment table2 --jobs 2 --alone", 2, "--alone is for one run at a time: leave it or --jobs out.")]
    [DataRow("experiment all --slurm", 2, "for one experiment")]
    [DataRow("experiment fast-network", 1, "takes its rates from fast-network-rates, of which 'runs' has 0 of 12 runs.")]
    [DataRow("experiment none.json", 1, "none.json")]
    [DataRow("experiment nope", 2, "There is no experiment 'nope'")]
    [DataRow("experiment nope --slurm", 2, "There is no experiment 'nope'")]
    [DataRow("experiment table2 --index x", 2, "--index 'x' is not a whole number of 0 or more")]
    [DataRow("report", 1, "has no experiments")]
    public async Task What_cannot_be_run_is_said(string words, int exitCode, string said)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words.Split(' '));
        Assert.AreEqual(exitCode, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
    }
}
