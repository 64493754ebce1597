using System.Text.Json.Nodes;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>Runs of the version before, whose ids were made otherwise: those of docs/results/desk, real ones.</summary>
[TestClass]
public sealed class EarlierRunsTests
{
    private static readonly string Desk = Path.Combine(AppContext.BaseDirectory, "Desk");

    private static string CopyOfDesk(TemporaryFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(Desk, "*", SearchOption.AllDirectories))
        {
            string copy = folder[Path.GetRelativePath(Desk, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder.Path;
    }

    [TestMethod]
    public void The_report_shows_them_under_their_names()
    {
        using TemporaryFolder folder = new();
        CopyOfDesk(folder);
        ReportPage page = ReportPage.Write(folder.Path);

        Assert.IsEmpty(page.SetAside);
        StringAssert.Contains(File.ReadAllText(folder["report.md"]), "12 of 12 runs finished");
    }

    [TestMethod]
    public void The_experiment_finds_them_by_the_settings_in_their_summaries_and_renames_none()
    {
        using TemporaryFolder folder = new();
        CopyOfDesk(folder);
        string[] names = [.. Directory.GetDirectories(folder["runs"]).Order(StringComparer.Ordinal)];
        Experiment table2 = ExperimentFile.Shipped("table2");
        // Without the plan, which knows their names.
        Directory.Delete(folder["experiments"], recursive: true);

        ExperimentPlan kept = Planning
            .Of(table2, Scale.Desk, Recipe.Report, [1, 2, 3])
            .Keep(table2, Scale.Desk, Recipe.Report, folder.Path, Assert.Fail);

        Assert.HasCount(12, kept.Runs);
        foreach (PlannedRun run in kept.Runs)
        {
            Assert.IsNotNull(FinishedRun.Read(run.Files(folder.Path)), run.Folder);
            Assert.AreNotEqual(run.Id, run.Folder);
        }

        CollectionAssert.AreEqual(names, Directory.GetDirectories(folder["runs"]).Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void An_unfinished_one_goes_on_in_its_folder_where_its_plan_knows_it()
    {
        using TemporaryFolder folder = new();
        CopyOfDesk(folder);
        Experiment table2 = ExperimentFile.Shipped("table2");
        PlannedRun before = ExperimentPlan.Read(folder["experiments", "table2-desk-report.json"]).Runs[0];
        File.Delete(before.Files(folder.Path).Summary);

        ExperimentPlan asked = Planning.Of(table2, Scale.Desk, Recipe.Report, [before.Settings.Seed]);
        ExperimentPlan kept = asked.Keep(table2, Scale.Desk, Recipe.Report, folder.Path, Assert.Fail);
        Assert.AreEqual(before.Folder, asked.LocatedAs(kept).Runs.First(run => run.Id == before.Id).Folder);
    }

    [TestMethod]
    public void A_log_that_lost_its_second_half_is_noticed_by_the_epochs_that_the_summary_counts()
    {
        using TemporaryFolder folder = new();
        CopyOfDesk(folder);
        string log = Directory.GetFiles(folder["runs"], "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        string[] lines = File.ReadAllLines(log);
        File.WriteAllLines(log, lines.Take(lines.Length / 2));

        ReportPage page = ReportPage.Write(folder.Path);
        Assert.HasCount(1, page.SetAside);
        StringAssert.Contains(page.SetAside[0], log);
    }

    [TestMethod]
    public void A_new_plan_is_of_the_new_version_and_keeps_the_old_names()
    {
        using TemporaryFolder folder = new();
        CopyOfDesk(folder);
        string path = folder["experiments", "table2-desk-report.json"];
        var plan = ExperimentPlan.Read(path);
        plan.Write(path);

        Assert.AreEqual(2, (int)JsonNode.Parse(File.ReadAllText(path))!["Version"]!);
        CollectionAssert.AreEqual(
            plan.Runs.Select(run => (run.Id, run.Folder)).ToArray(),
            ExperimentPlan.Read(path).Runs.Select(run => (run.Id, run.Folder)).ToArray()
        );
    }
}
