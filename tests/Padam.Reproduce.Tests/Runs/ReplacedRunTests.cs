using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class ReplacedRunTests
{
    private static RunFiles Unfinished(TemporaryFolder folder)
    {
        var files = new RunFiles(folder.Path, "padam", "synthetic");
        Directory.CreateDirectory(files.Checkpoint);
        File.WriteAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"), "old");
        return files;
    }

    private static string Content(RunFiles files) => File.ReadAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"));

    [TestMethod]
    public void A_checkpoint_comes_back_where_the_new_training_came_to_nothing()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Unfinished(folder);
        using (new ReplacedRun(files))
        {
            Assert.IsFalse(files.HasCheckpoint, "the trainer finds none in its way");
            Directory.CreateDirectory(files.Checkpoint);
            File.WriteAllText(Path.Combine(files.Checkpoint, "lock"), "");
        }

        Assert.AreEqual("old", Content(files));
        Assert.IsFalse(Directory.Exists(files.OldCheckpoint));
    }

    [TestMethod]
    public void It_goes_when_the_new_training_has_something_to_show()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Unfinished(folder);
        using (var replaced = new ReplacedRun(files))
        {
            Directory.CreateDirectory(files.Checkpoint);
            File.WriteAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"), "new");
            replaced.Remove();
        }

        Assert.AreEqual("new", Content(files));
        Assert.IsFalse(Directory.Exists(files.OldCheckpoint));
    }

    [TestMethod]
    public void One_that_was_put_aside_long_ago_makes_room_for_the_one_of_now()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Unfinished(folder);
        Directory.CreateDirectory(files.OldCheckpoint);
        File.WriteAllText(Path.Combine(files.OldCheckpoint, "checkpoint.zip"), "older");
        using (new ReplacedRun(files))
            Assert.IsFalse(files.HasCheckpoint);
        Assert.AreEqual("old", Content(files));
    }

    [TestMethod]
    public void The_checkpoint_of_a_new_training_is_not_replaced_by_the_old_one()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Unfinished(folder);
        using (new ReplacedRun(files))
        {
            Directory.CreateDirectory(files.Checkpoint);
            File.WriteAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"), "new");
        }

        Assert.AreEqual("new", Content(files));
    }

    [TestMethod]
    public void The_next_process_puts_it_back_where_one_was_killed_meanwhile()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Unfinished(folder);
        _ = new ReplacedRun(files);
        ReplacedRun.Restore(files);
        Assert.AreEqual("old", Content(files));
    }
}
