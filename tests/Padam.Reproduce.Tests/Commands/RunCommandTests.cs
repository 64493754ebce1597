using System.Text.Json;
using Padam.Reproduce.Data;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class RunCommandTests
{
    private static readonly string[] Extensions = [".csv", ".zip", ".h5", ".json"];

    [TestMethod]
    public async Task A_run_leaves_its_four_files_and_other_processes_take_its_model()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);

        ConsoleResult run = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2"));
        Assert.AreEqual(0, run.ExitCode, run.All);
        Assert.IsFalse(run.Output.Any(c => char.IsControl(c) && c != '\n' && c != '\r'), "control characters in a pipe");
        CollectionAssert.AreEquivalent(
            Extensions.Select(extension => $"model_padam_synthetic{extension}").ToArray(),
            Directory.GetFileSystemEntries(folder["runs", "vgg-small"]).Select(Path.GetFileName).ToArray()
        );

        string[] last = (await File.ReadAllLinesAsync(folder[TinyRun.Model + ".csv"]))[^1].Split(';');
        ConsoleResult evaluate = await ConsoleProcess.Run(
            folder.Path,
            "evaluate",
            "--model",
            TinyRun.Model + ".zip",
            "--dataset",
            "synthetic",
            "--data",
            "data",
            "--json"
        );
        Assert.AreEqual(0, evaluate.ExitCode, evaluate.All);
        using JsonDocument json = JsonDocument.Parse(evaluate.Output);
        Assert.AreEqual((last[4], last[6]), (Text("accuracy"), Text("top5")));
        string Text(string name) => json.RootElement.GetProperty(name).GetRawText();
        Assert.AreEqual(30, json.RootElement.GetProperty("images").GetInt32());

        ConsoleResult verify = await ConsoleProcess.Run(folder.Path, "verify", "--model", TinyRun.Model + ".zip");
        Assert.AreEqual(0, verify.ExitCode, verify.All);
        StringAssert.Contains(verify.Output, "vgg-small");

        ConsoleResult again = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2"));
        Assert.AreEqual(1, again.ExitCode, again.All);
        StringAssert.Contains(again.Error, "--force");
    }

    [TestMethod]
    public async Task Tricks_act_and_those_that_cannot_are_refused()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        string[] words = TinyRun.Words(
            "--epochs 3 --schedule cosine --warmup 1 --plateau --no-decay-on-norm --layer-decay 0.9 --ema 0.5".Split(' ')
        );
        words = [.. words, "--augment", "crop:2,erase,mixup"];
        words = [.. words, .. "--class-weights weights.txt --accumulate 2 --label-smoothing 0.1 --clip-norm 5".Split(' ')];
        await File.WriteAllLinesAsync(folder["weights.txt"], Enumerable.Range(1, 10).Select(i => $"{i}.5"));

        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "3", "--warmup", "3"));
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "--warmup 3 is not shorter than the training's 3 epochs.");

        foreach (
            (string more, string fault) in new[]
            {
                ("--lookahead --ema 0.9", "--ema and --lookahead exclude each other"),
                ("--class-weights nowhere", "--class-weights 'nowhere' is not none, balanced or a file."),
                ("--augment flip,flop", "--augment 'flop' is not known"),
                ("--clip-norm 0", "--clip-norm '0' is not"),
                ("--precision tf32", "--precision tf32 is for GPUs alone: use --device cuda, or --precision float32."),
                ("--precision half", "'half'"),
                ("--label-smoothing 1", "--label-smoothing '1' is not"),
            }
        )
        {
            refused = await ConsoleProcess.Run(folder.Path, TinyRun.Words(more.Split(' ')));
            Assert.AreEqual(2, refused.ExitCode, refused.All);
            StringAssert.Contains(refused.Error, fault);
        }

        string[] single = [.. TinyRun.Words("--augment", "mixup")];
        single[Array.IndexOf(single, "--batch-size") + 1] = "1";
        refused = await ConsoleProcess.Run(folder.Path, single);
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "--augment mixup and cutmix need a --batch-size of 2 or more");

        ConsoleResult run = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, run.ExitCode, run.All);
        double[] rates = [.. TrainingLog.Read(folder[TinyRun.Model + ".csv"]).Select(row => row.LearningRate)];
        CollectionAssert.AreEqual(new[] { 0.01, 0.1, 0.05 }, rates.Select(rate => Math.Round(rate, 12)).ToArray());
        Assert.AreEqual("crop:2,erase,mixup", RunSummary.Read(folder[TinyRun.Model + ".json"]).Settings.Tricks.Augment);
        Assert.AreEqual(5, RunSummary.Read(folder[TinyRun.Model + ".json"]).Settings.Tricks.Plateau);
    }

    [TestMethod]
    public async Task The_recipe_airbench_brings_network_and_optimizer_and_refuses_another_network()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        string[] words = "run --dataset synthetic --data data --threads 1 --epochs 1 --batch-size 20 --recipe airbench".Split(' ');

        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, [.. words, "--backbone", "vgg16"]);
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "--recipe airbench is for the network airbench94, not vgg16.");
        refused = await ConsoleProcess.Run(folder.Path, "run", "--dataset", "synthetic", "--data", "data", "--optimizer", "sgd");
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "Option '--backbone' is required.");

        ConsoleResult run = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, run.ExitCode, run.All);
        var summary = RunSummary.Read(folder["runs", "airbench94", "model_sgd_synthetic.json"]);
        Assert.AreEqual((1.5, 1), (summary.Settings.Optimizer.LearningRate, summary.Settings.Epochs));
        Assert.AreEqual("MirrorAndShift", summary.Resolved!["test-time augmentation"]);
    }

    [TestMethod]
    public async Task Exported_weights_start_another_run_where_they_left_off()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "6"));

        ConsoleResult export = await ConsoleProcess.Run(
            folder.Path,
            "export",
            "--model",
            TinyRun.Model + ".zip",
            "--format",
            "safetensors",
            "--out",
            "w.safetensors"
        );
        Assert.AreEqual(0, export.ExitCode, export.All);
        ConsoleResult further = await ConsoleProcess.Run(
            folder.Path,
            TinyRun.Words("--epochs", "1", "--weights", "w.safetensors", "--lr", "0.001", "--out", "further")
        );
        Assert.AreEqual(0, further.ExitCode, further.All);

        double fresh = TrainingLog.Read(folder[TinyRun.Model + ".csv"])[0].Loss,
            warm = TrainingLog.Read(folder[TinyRun.Model.Replace("runs", "further", StringComparison.Ordinal) + ".csv"])[0].Loss;
        Assert.IsTrue(warm < fresh - 0.1, $"first epoch's loss: {warm} from the weights, {fresh} afresh");
    }

    [TestMethod]
    public async Task Limits_say_what_they_take_and_the_summary_keeps_it()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            TinyRun.Words("--epochs", "1", "--train-limit", "40", "--test-limit", "20")
        );
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, "training images: the first 40 of 60; test images: the first 20 of 30.");
        DataIdentity data = RunSummary.Read(folder[TinyRun.Model + ".json"]).Data!;
        Assert.AreEqual((new Share(40, 60), new Share(20, 30)), (data.Train, data.Test));
        Assert.AreEqual(FileIdentity.Of(folder["data", "test_batch.bin"]).Sha256, data.Files[^1].Sha256);
    }

    [TestMethod]
    public async Task The_summary_counts_the_answers_of_the_last_epoch_and_has_threads_and_times()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--alone"));
        Assert.AreEqual(0, result.ExitCode, result.All);

        var summary = RunSummary.Read(folder[TinyRun.Model + ".json"]);
        Confusion confusion = summary.Confusion!;
        Assert.AreEqual(30, confusion.Counts.Sum(row => row.Sum()));
        Assert.AreEqual(summary.TestAccuracy!.Value, confusion.Counts.Index().Sum(row => row.Item[row.Index]) / 30.0, 1e-9);
        Assert.AreEqual("disc", confusion.Classes[0]);
        Assert.IsTrue(summary.Alone);
        CollectionAssert.AreEqual(new[] { 1 }, summary.Threads!.ToArray());
        Assert.IsTrue(summary.ByEpoch!.All(epoch => epoch is { Seconds: > 0, ImagesPerSecond: > 0 }));
        Assert.IsLessThanOrEqualTo(summary.Seconds, summary.ByEpoch!.Sum(epoch => epoch.Seconds!.Value));
    }
}
