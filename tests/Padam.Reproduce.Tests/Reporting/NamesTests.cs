using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

/// <summary>A user's titles and names are shown as they are, on every page and in every figure.</summary>
[TestClass]
public sealed class NamesTests
{
    private static ReportPage Write(TemporaryFolder folder, string title, string name, params string[] series)
    {
        Experiment experiment = ExperimentFile.Shipped("table2") with
        {
            Name = name,
            Title = title,
            Series =
            [
                .. series.Select(
                    (one, i) =>
                        new Series
                        {
                            Name = one,
                            Optimizer = "padam",
                            Partial = i / 16.0,
                        }
                ),
            ],
        };
        ExperimentPlan plan = Planning.Of(experiment, Scale.Desk, Recipe.Report, [1]);
        plan.Keep(experiment, Scale.Desk, Recipe.Report, folder.Path, Assert.Fail);
        foreach (PlannedRun run in plan.Runs)
            FinishedRuns.Write(run.Files(folder.Path), run.Settings);
        return ReportPage.Write(folder.Path);
    }

    [TestMethod]
    public void A_name_neither_ends_a_cell_nor_begins_a_link_a_tag_or_a_line()
    {
        using TemporaryFolder folder = new();
        Write(folder, "a | b\n# c", "mine", "p | q", "[x](y)", "<b>bold</b>", "*s*", "a_b", "_c_", "two\nlines");

        string page = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(page, @"## a \| b # c (scale desk, recipe report)");
        foreach (string cell in new[] { @"p \| q", @"\[x\](y)", @"\<b\>bold\</b\>", @"\*s\*", "a_b", @"\_c\_", "two lines" })
            StringAssert.Contains(page, $"\n| {cell} | 5 for 50 | 90.00 |");
        string html = File.ReadAllText(folder["report.html"]);
        StringAssert.Contains(html, "<th scope=\"row\"><span>&lt;b&gt;bold&lt;/b&gt;</span></th>");
        Assert.IsFalse(html.Contains("<b>", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_file_name_with_blanks_and_brackets_is_a_link_that_leads_to_it()
    {
        using TemporaryFolder folder = new();
        Write(folder, "title", "my (best) exp%1", "one");
        string page = File.ReadAllText(folder["report.md"]);
        string[] links =
        [
            .. page.Split("](").Select(part => part.Split(')')[0]).Where(part => part.EndsWith(".svg", StringComparison.Ordinal)),
        ];
        Assert.HasCount(ExperimentFile.Shipped("table2").Figures.Count, links);
        foreach (string link in links)
            Assert.IsTrue(File.Exists(folder[Uri.UnescapeDataString(link)]), link);
    }

    [TestMethod]
    public void Two_experiments_of_one_title_have_two_headings()
    {
        using TemporaryFolder folder = new();
        Write(folder, "title", "one", "a");
        Write(folder, "title", "two", "a");
        string html = File.ReadAllText(folder["report.html"]);
        foreach (string name in new[] { "one", "two" })
        {
            StringAssert.Contains(html, $"id=\"title-scale-desk-recipe-report-{name}\"");
            StringAssert.Contains(html, $"href=\"#title-scale-desk-recipe-report-{name}\"");
        }
    }

    [TestMethod]
    public void A_legend_is_written_in_a_font_that_has_its_letters_or_the_report_says_that_none_has()
    {
        using TemporaryFolder folder = new();
        const string chinese = "帕达姆";
        ReportPage page = Write(folder, "题目", "mine", chinese, "Padam");

        string font = LegendFont.For([chinese], "DejaVu Sans"),
            missing = LegendFont.Missing([chinese], font);
        Assert.IsLessThanOrEqualTo(LegendFont.Missing([chinese], "DejaVu Sans").Length, missing.Length);
        if (missing.Length == 0)
            Assert.IsEmpty(page.SetAside);
        else
        {
            Assert.HasCount(ExperimentFile.Shipped("table2").Figures.Count, page.SetAside);
            StringAssert.Contains(page.SetAside[0], $"No font of this machine has the letters {missing}");
        }
        StringAssert.Contains(File.ReadAllText(folder["report.html"]), $"<span>{System.Net.WebUtility.HtmlEncode(chinese)}</span></th>");
    }

    [TestMethod]
    public void Latin_names_are_in_the_usual_font() =>
        Assert.AreEqual("DejaVu Sans", LegendFont.For(["Padam", "p = 1/8, rate 0.1"], "DejaVu Sans"));

    [TestMethod]
    public void A_test_loss_without_bounds_does_not_stop_a_figure()
    {
        using TemporaryFolder folder = new();
        Write(folder, "title", "mine", "a");
        PlannedRun run = ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single()).Runs[0];
        RunFiles files = run.Files(folder.Path);
        string[] lines = File.ReadAllLines(files.Log);
        File.WriteAllText(
            files.Log,
            string.Join('\n', lines.Select(line => line.Replace(";2;", ";Infinity;", StringComparison.Ordinal))) + "\n"
        );
        RunSummary summary = RunSummary.Read(files.Summary);
        (summary with { Log = Reproduce.Data.FileIdentity.Of(files.Log) }).Write(files.Summary);

        Assert.IsEmpty(ReportPage.Write(folder.Path).SetAside);
    }

    [TestMethod]
    public void The_mean_over_classes_stands_in_the_table_where_runs_know_it()
    {
        using TemporaryFolder folder = new();
        Write(folder, "title", "mine", "a");
        StringAssert.Contains(File.ReadAllText(folder["report.md"]), "| report, % | difference |\n");

        PlannedRun run = ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single()).Runs[0];
        FinishedRuns.Write(run.Files(folder.Path), run.Settings, macro: 0.5);
        ReportPage.Write(folder.Path);
        string page = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(page, "| report, % | difference | mean over classes, % |");
        StringAssert.Contains(page, "| a | 5 for 50 | 90.00 | one seed | - | - | 50.00 |");
    }

    [TestMethod]
    public void The_page_says_on_which_files_the_runs_were_trained()
    {
        using TemporaryFolder folder = new();
        Write(folder, "title", "mine", "a");
        PlannedRun run = ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single()).Runs[0];
        RunFiles files = run.Files(folder.Path);
        var data = new Reproduce.Data.DataIdentity
        {
            Train = new(10_000, 50_000),
            Test = new(30, 30),
            Published = false,
            Files = [new("test_batch.bin", 92190, "abc", false)],
        };
        (RunSummary.Read(files.Summary) with { Data = data }).Write(files.Summary);
        ReportPage.Write(folder.Path);

        string page = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(
            page,
            "Data: cifar10, 10,000 of 50,000 training images and 30 test images, of files that are not the published cifar10."
        );
        StringAssert.Contains(page, "| cifar10 | test_batch.bin | 92190 | abc | no |");
    }
}
