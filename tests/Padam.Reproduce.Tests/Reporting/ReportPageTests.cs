using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

[TestClass]
public sealed class ReportPageTests
{
    /// <summary>Two seeds of table2's Padam as if they were trained: 93 and 94 % after the last epoch.</summary>
    private static ExperimentPlan WriteTwoRuns(string output)
    {
        ExperimentPlan plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, [1, 2]);
        plan.Keep(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, output, _ => { });
        foreach (PlannedRun run in plan.Runs.Where(run => run.Series == "Padam"))
            FinishedRuns.Write(run.Files(output), run.Settings, (92 + run.Settings.Seed) / 100.0);
        return plan;
    }

    [TestMethod]
    public void Ours_stands_beside_the_reports_with_difference_and_spread()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = WriteTwoRuns(folder.Path);
        ReportPage.Write(folder.Path);

        string page = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(page, "| Padam | 200 | 93.50 | 0.71 (2 seeds) | 93.06 | +0.44 |");
        StringAssert.Contains(page, "| Padam | 50 | 93.50 | 0.71 (2 seeds) | 67.92 | +25.58 |");
        StringAssert.Contains(page, "2 of 8 runs finished");
        StringAssert.Contains(page, "Scale full");
        StringAssert.Contains(page, $"runs/{plan.Runs[0].Id}/model_padam_cifar10.csv");
        Assert.IsTrue(File.Exists(folder["runs", plan.Runs[0].Id, "model_padam_cifar10.csv"]));
    }

    /// <summary>Makes a run of <see cref="WriteTwoRuns"/> one that diverged in epoch 120.</summary>
    private static void Diverge(PlannedRun run, string output, int epoch = 120) =>
        FinishedRuns.Diverge(run.Files(output), run.Settings, epoch);

    [TestMethod]
    public void Where_one_seed_diverged_the_others_stand_and_it_is_said()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = WriteTwoRuns(folder.Path);
        Diverge(plan.Runs[0], folder.Path);
        ReportPage.Write(folder.Path);

        string page = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(page, "| Padam | 100 | 93.50 | 0.71 (2 seeds) |");
        StringAssert.Contains(page, "| Padam | 150 | 94.00 | one seed, others diverged at epoch 120 |");
        StringAssert.Contains(page, "2 of 8 runs finished, 1 of them diverged");
        StringAssert.Contains(page, "| Padam | 1 | diverged at epoch 120 | [");
    }

    [TestMethod]
    public void Where_all_seeds_diverged_the_table_says_so_in_place_of_a_number()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = WriteTwoRuns(folder.Path);
        foreach (PlannedRun run in plan.Runs.Take(2))
            Diverge(run, folder.Path);
        ReportPage.Write(folder.Path);

        StringAssert.Contains(File.ReadAllText(folder["report.md"]), "| Padam | 200 | diverged at epoch 120 | - | 93.06 | - |");
    }

    [TestMethod]
    public void A_training_that_diverged_at_once_has_a_figure_without_its_curve()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = WriteTwoRuns(folder.Path);
        foreach (PlannedRun run in plan.Runs.Take(2))
            Diverge(run, folder.Path, epoch: 1);

        ReportPage.Write(folder.Path);
        Assert.HasCount(plan.Figures.Count, Directory.GetFiles(folder["figures"], "*.png"));
    }

    [TestMethod]
    public void Links_within_the_pages_lead_to_headings()
    {
        using TemporaryFolder folder = new();
        WriteTwoRuns(folder.Path);
        ReportPage.Write(folder.Path);

        StringAssert.Contains(
            File.ReadAllText(folder["report.html"]),
            "href=\"#table-2-test-accuracy-of-vggnet-on-cifar-10-scale-full-recipe-report\""
        );
        StringAssert.Contains(
            File.ReadAllText(folder["report.html"]),
            "id=\"table-2-test-accuracy-of-vggnet-on-cifar-10-scale-full-recipe-report\""
        );
        StringAssert.Contains(
            File.ReadAllText(folder["report.md"]),
            "## Table 2: test accuracy of VGGNet on CIFAR-10 (scale full, recipe report)"
        );
    }

    [TestMethod]
    public void A_drawing_has_colours_for_dark_pages_of_its_own()
    {
        using TemporaryFolder folder = new();
        WriteTwoRuns(folder.Path);
        ReportPage.Write(folder.Path);

        string svg = File.ReadAllText(Directory.GetFiles(folder["figures"], "*test-error.svg").Single());
        StringAssert.Contains(svg, "@media (prefers-color-scheme: dark)");
        StringAssert.Contains(svg, "stroke=\"#8B0000\"", "the report's dark red for Padam");
        StringAssert.Contains(svg, "[stroke=\"#8B0000\"]");
    }

    [TestMethod]
    public void The_html_page_needs_no_other_file_and_no_network()
    {
        using TemporaryFolder folder = new();
        WriteTwoRuns(folder.Path);
        ReportPage.Write(folder.Path);

        string page = File.ReadAllText(folder["report.html"]);
        StringAssert.Contains(page, "src=\"data:image/svg+xml;base64,");
        StringAssert.Contains(page, "alt=\"test error, % by epoch, vgg16 on cifar10, scale full: Padam 6.5 after epoch 200\"");
        StringAssert.Contains(page, "prefers-color-scheme: dark");
        StringAssert.Contains(page, "width=device-width");
        Assert.IsFalse(
            page.Contains("http:", StringComparison.Ordinal)
                || page.Contains("https:", StringComparison.Ordinal)
                || page.Contains("<script", StringComparison.Ordinal)
        );
    }

    [TestMethod]
    public void Each_figure_is_a_png_and_an_svg_that_shrinks()
    {
        using TemporaryFolder folder = new();
        WriteTwoRuns(folder.Path);
        ReportPage.Write(folder.Path);

        byte[] png = File.ReadAllBytes(Directory.GetFiles(folder["figures"], "*test-error.png").Single());
        CollectionAssert.AreEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, png[..4]);
        string svg = File.ReadAllText(Directory.GetFiles(folder["figures"], "*test-error.svg").Single());
        StringAssert.Contains(svg, "viewBox=\"0 0 480 360\"");
    }

    [TestMethod]
    public void A_folder_without_experiments_is_said()
    {
        using TemporaryFolder folder = new();
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => ReportPage.Write(folder.Path)).Message, "has no experiments");
    }

    [TestMethod]
    [DataRow("cifar10", "vgg16", "SGD", 200, 92.95)]
    [DataRow("cifar100", "vgg16", "AMSGrad", 100, 68.21)]
    [DataRow("cifar10", "resnet18", "Padam", 200, 94.89)]
    [DataRow("cifar10", "resnet18", "p = 1/8", 90, 94.10)]
    public void The_reports_numbers_are_found_by_what_was_run(string dataSet, string network, string series, int epoch, double expected) =>
        Assert.AreEqual(expected, ReportNumbers.Load().TestAccuracy(dataSet, network, series, epoch));

    [TestMethod]
    [DataRow("synthetic", "vgg16", "Padam", 200)]
    [DataRow("cifar10", "resnet18", "Padam", 100)]
    [DataRow("cifar10", "vgg16", "AdamW", 200)]
    [DataRow("cifar10", "vgg16", "p = 1/8", 90)]
    public void What_the_report_does_not_say_is_not_made_up(string dataSet, string network, string series, int epoch) =>
        Assert.IsNull(ReportNumbers.Load().TestAccuracy(dataSet, network, series, epoch));
}
