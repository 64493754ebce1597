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
    public void A_finished_run_is_in_the_way_unless_forced_and_an_unfinished_one_is_not()
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "cifar10");
        File.WriteAllText(files.Log, "");
        files.Prepare(force: false);

        File.WriteAllText(files.Model, "");
        File.WriteAllText(files.Summary, "");
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => files.Prepare(force: false)).Message, "--force");
        files.Prepare(force: true);
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

    [TestMethod]
    public void A_folder_that_cannot_be_made_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        var files = new RunFiles(folder["file", "vgg16"], "padam", "cifar10");

        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => files.Prepare(force: false)).Message, "cannot be written");
    }
}
