using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunFilesTests
{
    [TestMethod]
    public void The_four_files_of_a_run_share_one_name()
    {
        var files = new RunFiles("out", "padam", "cifar10");
        string[] names = [.. new[] { files.Log, files.Model, files.Weights, files.Summary }.Select(path => Path.GetFileName(path)!)];
        CollectionAssert.AreEqual(
            new[] { "model_padam_cifar10.csv", "model_padam_cifar10.zip", "model_padam_cifar10.h5", "model_padam_cifar10.json" },
            names
        );
    }

    [TestMethod]
    [DataRow("Model Summary", true, "is a finished run", DisplayName = "a finished run")]
    [DataRow("Model Weights Log", false, "without", DisplayName = "a run whose summary is gone")]
    [DataRow("Summary Log", true, "is a finished run", DisplayName = "a finished run whose model was not kept")]
    [DataRow("Log", false, "without", DisplayName = "the log of a run alone")]
    public void What_a_run_left_is_in_the_way_unless_it_is_forced(string there, bool finished, string said)
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "cifar10");
        foreach (string name in there.Split(' '))
            File.WriteAllText((string)typeof(RunFiles).GetProperty(name)!.GetValue(files)!, "epoch\n0\n");

        Assert.AreEqual(finished, files.IsFinished);
        string message = Assert.ThrowsExactly<CommandException>(() => files.RequireFree(resume: false, force: false)).Message;
        StringAssert.Contains(message, said);
        StringAssert.Contains(message, "--force");
        files.RequireFree(resume: false, force: true);
    }

    [TestMethod]
    public void A_log_without_an_epoch_is_in_nobodys_way_and_one_without_a_checkpoint_starts_over_with_resume()
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "cifar10");
        TrainingLog.Start(files.Log);
        files.RequireFree(resume: false, force: false);

        File.AppendAllText(files.Log, "0;1;1;1;1;1;1;1;\n");
        files.RequireFree(resume: true, force: false);
    }

    [TestMethod]
    public void An_unfinished_run_goes_on_with_resume_or_starts_over_with_force()
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "cifar10");
        Directory.CreateDirectory(files.Checkpoint);
        File.WriteAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"), "");
        // A model beside a checkpoint is of the finished run that goes on for more epochs.
        File.WriteAllText(files.Model, "");

        string message = Assert.ThrowsExactly<CommandException>(() => files.RequireFree(resume: false, force: false)).Message;
        Assert.AreEqual($"'{files.Checkpoint}' is an unfinished run. Go on with --resume, or start over with --force.", message);
        files.RequireFree(resume: true, force: false);
        files.RequireFree(resume: false, force: true);
    }

    [TestMethod]
    public void What_a_killed_process_left_is_cleared_away_with_the_checkpoint_and_nothing_else_is()
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "cifar10");
        Directory.CreateDirectory(files.Checkpoint);
        string[] kept = [files.Model, folder["model_padam_cifar100.zip.1f.tmp"], folder["mine.tmp"]];
        string[] left = [Path.Combine(files.Checkpoint, "checkpoint.zip"), files.Model + ".1f.tmp", files.Log + ".2e.tmp"];
        foreach (string path in kept.Concat(left))
            File.WriteAllText(path, "");

        files.RemoveUnfinished();

        CollectionAssert.AreEquivalent(kept, Directory.GetFileSystemEntries(folder.Path));
    }
}
