using System.Diagnostics;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>run --keep-checkpoint</c>, and the same run with more epochs.</summary>
[TestClass]
public sealed class KeepCheckpointTests
{
    private const string Kept = TinyRun.Model + ".checkpoint/checkpoint.zip";
    private static readonly RunSettings TinySettings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 2,
        BatchSize = 20,
    };
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void Write() => TinyRun.WriteData(_folder);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_kept_run_resumed_with_more_epochs_and_killed_has_the_bytes_of_an_uninterrupted_one()
    {
        // So many epochs are left when the signal goes out that it comes before the last of them.
        const string longer = "--epochs 30 --milestones 1,3 --resume";
        await Succeeds("--epochs 30 --milestones 1,3 --out whole");
        await Succeeds("--epochs 2 --milestones 1,3 --keep-checkpoint");
        Assert.IsTrue(RunSummary.Read(_folder[TinyRun.Model + ".json"]).CheckpointKept);

        ConsoleResult same = await Succeeds("--epochs 2 --milestones 1,3 --resume");
        StringAssert.Contains(same.Output, "finished before");
        Assert.IsTrue(File.Exists(_folder[Kept]), "looking at the run leaves its checkpoint");

        using Process process = ConsoleProcess.Start(_folder.Path, TinyRun.Words(longer.Split(' ')));
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("epoch 3/30", StringComparison.Ordinal)) { }
        process.Signal("KILL");
        Assert.AreEqual(137, (await process.Result()).ExitCode);
        await Succeeds(longer);

        await EqualsWhole();
        Assert.IsFalse(Directory.Exists(_folder[TinyRun.Model + ".checkpoint"]), "it was not to be kept this time");
        var summary = RunSummary.Read(_folder[TinyRun.Model + ".json"]);
        Assert.AreEqual((30, 30, false), (summary.Epochs, summary.Settings.Epochs, summary.CheckpointKept));
        Assert.AreEqual(RunSummary.Read(_folder[Whole(".json")]).Id, summary.Id);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(1, true)]
    [DataRow(100_000, false)]
    public async Task A_run_that_is_killed_has_a_checkpoint_only_where_one_was_due(int every, bool has)
    {
        using Process process = ConsoleProcess.Start(_folder.Path, TinyRun.Words("--epochs", "100000", "--checkpoint-every", $"{every}"));
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("epoch 3/", StringComparison.Ordinal)) { }
        process.Signal("KILL");
        Assert.AreEqual(137, (await process.Result()).ExitCode);
        Assert.AreEqual(has, File.Exists(_folder[Kept]));
    }

    [TestMethod]
    public async Task More_epochs_that_make_it_another_run_are_refused_with_the_remedy()
    {
        Finished(TinySettings);
        await Refused("--epochs 4 --milestones 1 --resume", "left no checkpoint to go on from, as it would have with --keep-checkpoint.");

        Directory.CreateDirectory(_folder[TinyRun.Model + ".checkpoint"]);
        await File.WriteAllTextAsync(_folder[Kept], "");
        await Refused(
            "--epochs 4 --resume",
            "the rate fell after 1, and would after 2,3. Go on with --milestones 1, choose another --out, or start over with --force."
        );
        // With one epoch it starts the optimizer afresh after each, and no milestones do.
        Finished(TinySettings with { Recipe = "report", Epochs = 1 });
        await Refused(
            "--recipe report --epochs 2 --resume",
            "a run of 1 epochs cannot go on where the recipe's milestones move with the epochs: the rate never fell, and would after 1. "
                + "To train anew, choose another --out, or start over with --force."
        );
        Finished(TinySettings with { Tricks = new() { Schedule = Tricks.Cosine } });
        await Refused(
            "--epochs 4 --schedule cosine --resume",
            "a run of 2 epochs cannot go on. --schedule is 'cosine from 1 to 0, each step', which spans the whole training: only "
                + "--schedule multistep can be longer. To train anew, choose another --out, or start over with --force."
        );
        ConsoleResult other = await Run("--epochs 4 --schedule cosine --lr 0.2 --resume");
        Assert.AreEqual(1, other.ExitCode, other.All);
        StringAssert.Contains(other.Error, "is a finished run of other settings: learning rate 0.1, not 0.2; epochs 2, not 4.");
        Assert.IsTrue(File.Exists(_folder[Kept]));
    }

    [TestMethod]
    public async Task Milestones_that_are_none_are_refused()
    {
        await Refused("--epochs 4 --milestones 3,2", "--milestones '3,2' is not none, or ascending epochs such as 50,75.");
        await Refused("--epochs 4 --milestones 2 --schedule cosine", "--schedule cosine has no milestones: leave --milestones out.");
    }

    private void Finished(RunSettings settings) =>
        FinishedRuns.Write(new RunFiles(_folder["runs", "vgg-small"], "padam", "synthetic"), settings);

    private static string Whole(string extension) => TinyRun.Model.Replace("runs", "whole", StringComparison.Ordinal) + extension;

    private async Task<ConsoleResult> Run(string more) => await ConsoleProcess.Run(_folder.Path, TinyRun.Words(more.Split(' ')));

    private async Task<ConsoleResult> Succeeds(string more)
    {
        ConsoleResult result = await Run(more);
        Assert.AreEqual(0, result.ExitCode, result.All);
        return result;
    }

    private async Task Refused(string more, string said)
    {
        ConsoleResult result = await Run(more);
        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
    }

    // The zip holds the time at which it was written; its weights are those of the .h5.
    private async Task EqualsWhole()
    {
        foreach (string extension in new[] { ".csv", ".h5" })
            CollectionAssert.AreEqual(
                await File.ReadAllBytesAsync(_folder[Whole(extension)]),
                await File.ReadAllBytesAsync(_folder[TinyRun.Model + extension]),
                extension
            );
    }
}
