using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

/// <summary>Whatever happened to a file of a run or a plan, the report names it and shows the others.</summary>
[TestClass]
public sealed class DamageTests
{
    private static readonly Dictionary<string, Action<string>> Damages = new()
    {
        ["is empty"] = path => File.WriteAllText(path, ""),
        ["is null"] = path => File.WriteAllText(path, "null"),
        ["is cut"] = path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..(int)(new FileInfo(path).Length / 2)]),
        ["is garbage"] = path => File.WriteAllBytes(path, [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 37))]),
        ["is zeros"] = path => File.WriteAllBytes(path, new byte[500]),
        ["is a folder"] = path =>
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        },
        ["is a link to nothing"] = path =>
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, path + ".gone");
        },
    };

    public static IEnumerable<object[]> Cases =>
        from file in new[] { "log", "summary", "plan" }
        from damage in Damages.Keys
        select new object[] { file, damage };

    /// <summary>Two experiments of two finished runs each.</summary>
    private static (ExperimentPlan Damaged, ExperimentPlan Whole) Write(string output)
    {
        ExperimentPlan[] plans =
        [
            .. new[] { "table2", "figure4" }.Select(name =>
            {
                Experiment experiment = ExperimentFile.Shipped(name);
                ExperimentPlan plan = Planning.Of(experiment, Scale.Desk, Recipe.Report, [1]);
                plan.Keep(experiment, Scale.Desk, Recipe.Report, output, Assert.Fail);
                foreach (PlannedRun run in plan.Runs.Take(2))
                    FinishedRuns.Write(run.Files(output), run.Settings);
                return plan;
            }),
        ];
        return (plans[0], plans[1]);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DynamicData(nameof(Cases))]
    public void A_file_that_is_damaged_is_named_and_the_rest_is_reported(string file, string damage)
    {
        using TemporaryFolder folder = new();
        (ExperimentPlan damaged, ExperimentPlan whole) = Write(folder.Path);
        RunFiles files = damaged.Runs[0].Files(folder.Path);
        string path =
            file == "log" ? files.Log
            : file == "summary" ? files.Summary
            : damaged.FileIn(folder.Path);
        Damages[damage](path);

        ReportPage page = ReportPage.Write(folder.Path);
        string text = File.ReadAllText(folder["report.md"]);
        StringAssert.Contains(text, whole.Title);
        Assert.HasCount(1, page.SetAside);
        StringAssert.Contains(page.SetAside[0], path);
        StringAssert.Contains(text, "## Set aside");
        if (file != "plan")
            StringAssert.Contains(text, "1 of 4 runs finished, 1 damaged");
        Assert.IsTrue(Path.Exists(path) || new FileInfo(path).LinkTarget is not null, "what is damaged stays where it is");
    }

    [TestMethod]
    public void Where_every_plan_is_damaged_they_are_named()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["experiments"]);
        File.WriteAllText(folder["experiments", "a.json"], "{");
        File.WriteAllText(folder["experiments", "b.json"], "{");
        string message = Assert.ThrowsExactly<CommandException>(() => ReportPage.Write(folder.Path)).Message;
        StringAssert.Contains(message, "a.json");
        StringAssert.Contains(message, "b.json");
    }

    [TestMethod]
    public void A_copy_of_a_plan_does_not_count_its_runs_twice()
    {
        using TemporaryFolder folder = new();
        (ExperimentPlan plan, _) = Write(folder.Path);
        File.Copy(plan.FileIn(folder.Path), folder["experiments", "zz copy.json"]);
        ReportPage page = ReportPage.Write(folder.Path);
        Assert.HasCount(2, page.Experiments);
        StringAssert.Contains(page.SetAside.Single(), "zz copy.json");
    }

    [TestMethod]
    public void An_old_plan_that_names_a_run_twice_counts_one_seed()
    {
        using TemporaryFolder folder = new();
        (ExperimentPlan plan, _) = Write(folder.Path);
        (plan with { Runs = [plan.Runs[0], plan.Runs[0], plan.Runs[0]] }).Write(plan.FileIn(folder.Path));
        ReportPage.Write(folder.Path);
        StringAssert.Contains(File.ReadAllText(folder["report.md"]), "| 90.00 | one seed |");
    }
}
