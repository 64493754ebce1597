using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

[TestClass]
public sealed class GapTablesTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    /// <summary>The page of table2 with runs of these series and seeds; training accuracy is 50 % in all of them.</summary>
    private string Page(params (string Series, int Seed, double Accuracy)[] runs)
    {
        ExperimentPlan plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, [1, 2, 3]);
        plan.Keep(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, _folder.Path, _ => { });
        foreach ((string series, int seed, double accuracy) in runs)
        {
            PlannedRun run = plan.Runs.Single(run => (run.Series, run.Settings.Seed) == (series, seed));
            FinishedRuns.Write(run.Files(_folder.Path), run.Settings, accuracy);
        }

        ReportPage.Write(_folder.Path);
        return File.ReadAllText(_folder["report.md"]);
    }

    [TestMethod]
    public void The_gap_is_training_accuracy_less_test_accuracy_with_its_deviation()
    {
        string page = Page(("Padam", 1, 0.41), ("Padam", 2, 0.43), ("SGD", 1, 0.52));
        StringAssert.Contains(page, "After epoch 200: training accuracy");
        StringAssert.Contains(page, "| Padam | 50.00 ± 0.00 | 42.00 ± 1.41 | 8.00 ± 1.41 |");
        StringAssert.Contains(page, "| SGD | 50.00 | 52.00 | -2.00 |");
    }

    [TestMethod]
    public void Series_that_have_not_fitted_their_training_set_are_named_with_what_they_lack()
    {
        StringAssert.Contains(
            Page(("Padam", 1, 0.41), ("SGD", 1, 0.52)),
            "Below 95 % training accuracy, in points: Padam by 45.00, SGD by 45.00."
        );
        foreach (string log in Directory.GetFiles(_folder.Path, "*.csv", SearchOption.AllDirectories))
        {
            // The column of the training accuracy, 0.5.
            File.WriteAllText(log, File.ReadAllText(log).Replace(";0.5;", ";0.96;", StringComparison.Ordinal));
            string json = Path.ChangeExtension(log, ".json");
            (RunSummary.Read(json) with { Log = Reproduce.Data.FileIdentity.Of(log) }).Write(json);
        }

        ReportPage.Write(_folder.Path);
        Assert.DoesNotContain("training accuracy, in points", File.ReadAllText(_folder["report.md"]));
    }

    /// <summary>By hand: 1, 2 and 3 have the mean 2 and deviation 1; t(0.975, 2) is 4.3027, divided by sqrt(3) 2.4841.</summary>
    [TestMethod]
    public void Each_optimizer_stands_beside_Padam_seed_by_seed_with_Students_interval()
    {
        string page = Page(
            ("Padam", 1, 0.90),
            ("Padam", 2, 0.91),
            ("Padam", 3, 0.92),
            ("Adam", 1, 0.91),
            ("Adam", 2, 0.93),
            ("Adam", 3, 0.95),
            ("SGD", 3, 0.90)
        );
        StringAssert.Contains(page, "| Adam | 1: +1.00, 2: +2.00, 3: +3.00 | +2.00 | -0.48 to +4.48 |");
        StringAssert.Contains(page, "| SGD | 3: -2.00 | -2.00 | one seed, no interval |");
        StringAssert.Contains(page, "not corrected for the number of comparisons");
    }

    [TestMethod]
    public void Series_without_a_seed_of_Padams_are_not_compared()
    {
        string page = Page(("Padam", 1, 0.90), ("Adam", 2, 0.93));
        Assert.DoesNotContain("less Padam", page);
    }
}
