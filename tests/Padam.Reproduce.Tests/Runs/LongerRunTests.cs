using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>Which runs go on beyond the end of one of fewer epochs.</summary>
[TestClass]
public sealed class LongerRunTests
{
    private static readonly RunSettings Kept = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 2,
    };

    [TestMethod]
    public void More_epochs_with_all_else_the_same_are_a_longer_run()
    {
        RunSettings kept = Kept with { Milestones = [1] };
        Assert.IsTrue(Is(kept with { Epochs = 3 }, kept));
        Assert.IsTrue(Is(kept with { Epochs = 3, Milestones = [] }, kept with { Milestones = [] }));
        Assert.IsFalse(Is(kept, kept));
        Assert.IsFalse(Is(kept with { Epochs = 1 }, kept));
        Assert.IsFalse(LongerRun.Is(kept with { Epochs = 3 }, new Dictionary<string, string>()), "nothing was kept");
    }

    [TestMethod]
    public void What_differs_in_anything_else_is_another_run()
    {
        RunSettings kept = Kept with { Milestones = [1] };
        Assert.IsFalse(Is(kept with { Epochs = 3, Seed = 2 }, kept));
        Assert.IsFalse(Is(kept with { Epochs = 3, Milestones = [2] }, kept));
        Assert.IsFalse(Is(Kept with { Epochs = 4, Seed = 2 }, Kept), "and its milestones would move");
    }

    [TestMethod]
    public void Milestones_that_would_move_are_named_with_the_way_to_keep_them() =>
        Assert.AreEqual(
            "--epochs 4: a run of 2 epochs cannot go on where the recipe's milestones move with the epochs: the rate fell after 1, "
                + "and would after 2,3. Go on with --milestones 1, choose another --out, or start over with --force.",
            Refused(Kept with { Epochs = 4 }, Kept)
        );

    [TestMethod]
    public void An_optimizer_that_started_afresh_elsewhere_has_no_way_to_go_on()
    {
        RunSettings report = Kept with { Recipe = "report", Epochs = 1 };
        string said = Refused(report with { Epochs = 2 }, report);
        StringAssert.Contains(said, "the rate never fell, and would after 1. To train anew, choose another --out");
        said = Refused(report with { Epochs = 3, Milestones = null }, report with { Epochs = 2 });
        StringAssert.Contains(said, "the rate fell after 1, and would after 1,2. ");
    }

    [TestMethod]
    public void A_schedule_that_spans_the_training_is_refused_in_the_words_of_the_console()
    {
        RunSettings cosine = Kept with { Tricks = new() { Schedule = Tricks.Cosine } };
        StringAssert.StartsWith(
            Refused(cosine with { Epochs = 4 }, cosine),
            "--epochs 4: a run of 2 epochs cannot go on. --schedule is 'cosine from 1 to 0, each step', which spans the whole training"
        );
    }

    [TestMethod]
    public void A_finished_run_goes_on_from_its_checkpoint_alone()
    {
        using TemporaryFolder folder = new();
        var files = new RunFiles(folder.Path, "padam", "synthetic");
        StringAssert.Contains(
            Assert.ThrowsExactly<UsageException>(() => LongerRun.RequireCheckpoint(files, Kept)).Message,
            $"the finished run '{files.Summary}' has fewer, and left no checkpoint to go on from"
        );
        Directory.CreateDirectory(files.Checkpoint);
        File.WriteAllText(Path.Combine(files.Checkpoint, "checkpoint.zip"), "");
        LongerRun.RequireCheckpoint(files, Kept);
    }

    private static bool Is(RunSettings settings, RunSettings kept) => LongerRun.Is(settings, RunIdentity.Of(kept).ToDictionary());

    private static string Refused(RunSettings settings, RunSettings kept) =>
        Assert.ThrowsExactly<UsageException>(() => Is(settings, kept)).Message;
}
