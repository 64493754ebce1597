using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunIndexTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 2,
    };
    private static readonly PlannedRun Run = new(Settings.Id(), "synthetic", "vgg16", "Padam", Settings);

    private static string Located(TemporaryFolder output, PlannedRun run) => new RunIndex(output.Path).Locate(run).Folder;

    private static void Finish(TemporaryFolder output, string folder, Func<RunSummary, RunSummary>? change = null)
    {
        var files = new RunFiles(output["runs", folder], "padam", "synthetic");
        RunSummary summary = FinishedRuns.Write(files, Settings);
        (change?.Invoke(summary) ?? summary).Write(files.Summary);
    }

    [TestMethod]
    public void Without_any_run_it_will_have_the_folder_of_its_id()
    {
        using TemporaryFolder output = new();
        Assert.AreEqual(Run.Id, Located(output, Run with { EarlierId = "gone" }));
        Directory.CreateDirectory(output["runs"]);
        Assert.AreEqual(Run.Id, Located(output, Run with { EarlierId = "gone" }));
    }

    [TestMethod]
    public void The_folder_of_its_id_comes_before_any_other()
    {
        using TemporaryFolder output = new();
        Finish(output, "earlier");
        Directory.CreateDirectory(output["runs", Run.Id]);
        Assert.AreEqual(Run.Id, Located(output, Run with { EarlierId = "earlier" }));
    }

    [TestMethod]
    public void The_folder_that_its_plan_knows_comes_before_another_of_the_same_run()
    {
        using TemporaryFolder output = new();
        Finish(output, "another");
        Directory.CreateDirectory(output["runs", "known"]);
        Assert.AreEqual("known", Located(output, Run with { EarlierId = "known" }));
    }

    [TestMethod]
    public void One_that_is_finished_under_another_name_is_found_by_its_summary_the_first_of_several()
    {
        using TemporaryFolder output = new();
        foreach (string folder in new[] { "second", "first", "third" })
            Finish(output, folder);
        Assert.AreEqual("first", Located(output, Run));
    }

    [TestMethod]
    public void A_summary_of_an_earlier_version_counts_by_its_settings_not_by_the_id_it_says()
    {
        using TemporaryFolder output = new();
        Finish(output, "earlier", summary => summary with { Id = "of another kind", Resolved = null });
        Assert.AreEqual("earlier", Located(output, Run));
    }

    [TestMethod]
    public void A_summary_of_this_version_counts_by_the_id_it_says()
    {
        using TemporaryFolder output = new();
        Finish(output, "other", summary => summary with { Id = "of another run" });
        Assert.AreEqual(Run.Id, Located(output, Run));
        Finish(output, "same", summary => summary with { Settings = Settings with { Epochs = 3 } });
        Assert.AreEqual("same", Located(output, Run));
    }

    [TestMethod]
    public void What_is_no_summary_or_of_settings_that_are_no_more_is_passed_over()
    {
        using TemporaryFolder output = new();
        Finish(output, "damaged");
        File.WriteAllText(output["runs", "damaged", "model_padam_synthetic.json"], "{");
        Finish(output, "strange", summary => summary with { Resolved = null, Settings = Settings with { Backbone = "vgg17" } });
        Finish(
            output,
            "weightless",
            summary => summary with { Resolved = null, Settings = Settings with { Weights = output["gone.safetensors"] } }
        );
        Assert.AreEqual(Run.Id, Located(output, Run));
        Finish(output, "whole");
        Assert.AreEqual("whole", Located(output, Run));
    }

    [TestMethod]
    public void Folders_are_read_once_however_many_runs_are_asked_for()
    {
        using TemporaryFolder output = new();
        var index = new RunIndex(output.Path);
        Assert.AreEqual(Run.Id, index.Locate(Run).Folder);
        Finish(output, "later");
        Assert.AreEqual(Run.Id, index.Locate(Run).Folder);
    }
}
