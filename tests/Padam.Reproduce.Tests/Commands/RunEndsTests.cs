using System.Diagnostics;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

/// <summary>What ends a run before its last epoch, and what does not: a signal, a wrong option, a loss that is no number.</summary>
[TestClass]
public sealed class RunEndsTests
{
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("HUP", 129)]
    [DataRow("INT", 130)]
    [DataRow("TERM", 143)]
    public async Task A_run_stopped_by_a_signal_and_resumed_ends_with_the_same_log_and_weights(string signal, int exitCode)
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder, images: 120);
        string[] words = TinyRun.Words("--epochs", "5", "--tensorboard");
        ConsoleResult whole = await ConsoleProcess.Run(folder.Path, [.. words, "--out", "whole"]);
        Assert.AreEqual(0, whole.ExitCode, whole.All);

        using Process process = ConsoleProcess.Start(folder.Path, words);
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("epoch 1/5", StringComparison.Ordinal)) { }
        process.Signal(signal);
        ConsoleResult stopped = await process.Result();
        Assert.AreEqual(exitCode, stopped.ExitCode, stopped.All);
        Assert.IsFalse(File.Exists(folder[TinyRun.Model + ".json"]), "a stopped run is not finished");
        RunProgress before = RunProgress.In(folder[TinyRun.Model + ".checkpoint"])!;
        Assert.IsGreaterThan(0, before.Seconds);

        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(1, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "--resume");
        ConsoleResult other = await ConsoleProcess.Run(folder.Path, [.. words, "--resume", "--lr", "0.2"]);
        Assert.AreEqual(1, other.ExitCode, other.All);
        StringAssert.Contains(other.Error, "is an unfinished run of other settings: learning rate 0.1, not 0.2.");

        ConsoleResult resumed = await ConsoleProcess.Run(folder.Path, [.. words, "--resume"]);
        Assert.AreEqual(0, resumed.ExitCode, resumed.All);
        // The zip holds the time at which it was written; its weights are those of the .h5.
        foreach (string extension in new[] { ".csv", ".h5" })
        {
            byte[] interrupted = await File.ReadAllBytesAsync(folder[TinyRun.Model + extension]),
                uninterrupted =
                    await File.ReadAllBytesAsync(folder[TinyRun.Model.Replace("runs", "whole", StringComparison.Ordinal) + extension]);
            CollectionAssert.AreEqual(uninterrupted, interrupted, extension);
        }

        var summary = RunSummary.Read(folder[TinyRun.Model + ".json"]);
        Assert.IsGreaterThan(before.Seconds, summary.Seconds, "the parts are added up");
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4, 5 }, summary.ByEpoch!.Select(epoch => epoch.Epoch).ToArray());
        Assert.IsTrue(summary.ByEpoch!.All(epoch => epoch is { MacroAccuracy: >= 0 and <= 1, TestMacroAccuracy: >= 0 and <= 1 }));
        Assert.HasCount(1, Directory.GetFiles(folder["runs", "vgg-small", "tensorboard", "model_padam_synthetic"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_run_that_was_started_to_outlive_its_terminal_does()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        using Process process = Process.Start(
            new ProcessStartInfo("nohup", [ConsoleProcess.Executable, .. TinyRun.Words("--epochs", "3")])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["OMP_NUM_THREADS"] = "1", ["OMP_WAIT_POLICY"] = "passive" },
            }
        )!;
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("epoch 1/3", StringComparison.Ordinal)) { }
        process.Signal("HUP");
        ConsoleResult result = await process.Result();
        Assert.AreEqual(0, result.ExitCode, result.All);
        Assert.IsTrue(File.Exists(folder[TinyRun.Model + ".json"]));
    }

    [TestMethod]
    public async Task A_loss_that_is_no_number_stops_the_run_and_names_epoch_and_batch()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--lr", "1e30"));
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "epoch 1, batch");
    }

    [TestMethod]
    public async Task An_output_folder_that_cannot_be_written_is_refused_before_training()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        await File.WriteAllTextAsync(folder["taken"], "");

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--out", "taken"));
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "cannot be written");
        Assert.IsFalse(result.Output.Contains("epoch 1/", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("--dataset synthetic --backbone vgg17 --optimizer padam", "vgg16")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer adamax", "amsgrad")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer sgd --partial 1/8", "Only padam has a partial")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --partial 0.6", "--partial '0.6' is not a number from 0 to 0.5")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --device tpu", "--device 'tpu'")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --resume --force", "exclude each other")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --epochs ten", "ten")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --threads 100000", "--threads 100000 is too many for this machine")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --train-limit many", "many")]
    [DataRow("--dataset synthetic --backbone vgg16 --optimizer padam --epochs 0", "--epochs must be 1 or more")]
    public async Task Wrong_options_are_a_usage_error(string words, string said)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, ["run", .. words.Split(' ')]);
        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
    }

    [TestMethod]
    public async Task A_record_file_that_ends_in_mid_record_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        await using (FileStream file = File.OpenWrite(folder["data", "data_batch_2.bin"]))
            file.SetLength(5000);

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words());
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "data_batch_2.bin");
    }
}
