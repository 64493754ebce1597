using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>run</c> where files of an earlier or another run lie.</summary>
[TestClass]
public sealed class RunOverAnotherTests
{
    private static readonly RunSettings TinySettings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 2,
        BatchSize = 20,
    };

    private static RunFiles TinyFiles(TemporaryFolder folder) => new(folder["runs", "vgg-small"], "padam", "synthetic");

    /// <summary>Every file of a run with its content.</summary>
    private static string[] Content(RunFiles files) =>
        [
            .. Directory
                .GetFiles(files.Folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(file => $"{file} {Convert.ToBase64String(File.ReadAllBytes(file))}"),
        ];

    [TestMethod]
    [DataRow("--device cuda", "--device cpu")]
    [DataRow("--weights none.safetensors", "'none.safetensors' does not exist")]
    [DataRow("--weights notes.txt", "notes.txt")]
    [DataRow("--train-limit 1", "have the same value")]
    [DataRow("--batch-size 20", "data_batch_1.bin", DisplayName = "a record file that ends in mid-record")]
    public async Task Force_costs_nothing_where_data_device_or_weights_are_not_good(string words, string said)
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        await File.WriteAllTextAsync(folder["notes.txt"], "no weights");
        if (said == "data_batch_1.bin")
            await File.WriteAllTextAsync(folder["data", said], "no records");
        RunFiles files = TinyFiles(folder);
        FinishedRuns.Write(files, TinySettings);
        Directory.CreateDirectory(files.Checkpoint);
        await File.WriteAllTextAsync(Path.Combine(files.Checkpoint, "checkpoint.zip"), "of an unfinished run");
        string[] before = Content(files);

        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            [.. TinyRun.Words("--epochs", "2", "--force"), .. words.Split(' ').Except(["--batch-size", "20"])]
        );
        if (words == "--device cuda" && TorchSharp.torch.cuda.is_available())
            Assert.Inconclusive("This machine has a GPU.");
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
        CollectionAssert.AreEqual(before, Content(files));
    }

    [TestMethod]
    public async Task Force_replaces_a_run_once_the_new_one_has_an_epoch()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        RunFiles files = TinyFiles(folder);
        RunSummary before = FinishedRuns.Write(files, TinySettings);
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--force"));
        Assert.AreEqual(0, result.ExitCode, result.All);
        Assert.AreNotEqual(before.Log, FinishedRun.Read(files)!.Summary.Log);
        Assert.HasCount(4, Directory.GetFileSystemEntries(files.Folder));
    }

    [TestMethod]
    public async Task A_run_whose_summary_is_gone_is_not_overwritten()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        RunFiles files = TinyFiles(folder);
        FinishedRuns.Write(files, TinySettings);
        File.Delete(files.Summary);
        string[] before = Content(files);
        foreach (string[] more in new string[][] { [], ["--resume"] })
        {
            ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words(["--epochs", "2", .. more]));
            Assert.AreEqual(1, result.ExitCode, result.All);
            StringAssert.Contains(result.Error, Path.GetFileName(files.Summary));
            CollectionAssert.AreEqual(before, Content(files));
        }
    }

    [TestMethod]
    public async Task A_run_whose_model_was_not_kept_is_finished_and_evaluate_says_what_is_missing()
    {
        using TemporaryFolder folder = new();
        RunFiles files = TinyFiles(folder);
        FinishedRuns.Write(files, TinySettings);
        File.Delete(files.Model);
        string[] before = Content(files);

        ConsoleResult again = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--resume")),
            over = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2")),
            evaluated =
                await ConsoleProcess.Run(
                    folder.Path,
                    "evaluate",
                    "--model",
                    $"{TinyRun.Model}.zip",
                    "--dataset",
                    "synthetic",
                    "--data",
                    "data"
                );

        Assert.AreEqual(0, again.ExitCode, again.All);
        StringAssert.Contains(again.Output, "finished before");
        StringAssert.Contains(again.Output, "Its model was not kept.");
        Assert.AreEqual(1, over.ExitCode, over.All);
        StringAssert.Contains(over.Error, "model_padam_synthetic.json' is a finished run. Choose another --out");
        Assert.AreEqual(1, evaluated.ExitCode, evaluated.All);
        StringAssert.Contains(
            evaluated.Error,
            $"'{TinyRun.Model}.zip' is not there: of the run in '{TinyRun.Model}.json' the summary and the log were kept"
        );
        CollectionAssert.AreEqual(before, Content(files));
    }

    [TestMethod]
    public async Task Resume_on_a_finished_run_says_that_it_is_finished_unless_it_is_another()
    {
        using TemporaryFolder folder = new();
        RunFiles files = TinyFiles(folder);
        FinishedRuns.Write(files, TinySettings);
        string[] before = Content(files);

        ConsoleResult same = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--resume"));
        Assert.AreEqual(0, same.ExitCode, same.All);
        StringAssert.Contains(same.Output, "finished before");
        StringAssert.Contains(same.Output, "Test accuracy 90.00");

        ConsoleResult other = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "2", "--lr", "0.2", "--resume"));
        Assert.AreEqual(1, other.ExitCode, other.All);
        StringAssert.Contains(other.Error, "learning rate 0.1, not 0.2");
        CollectionAssert.AreEqual(before, Content(files));
    }

    [TestMethod]
    public async Task A_run_that_another_process_trains_is_left_to_it()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        RunFiles files = TinyFiles(folder);
        Directory.CreateDirectory(files.Folder);
        using RunLock? other = RunLock.Take(files.Lock);
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--force"));
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "Another process trains");
    }
}
