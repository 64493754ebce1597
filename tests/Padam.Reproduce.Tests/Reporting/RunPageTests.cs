using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

/// <summary>What a page shows of the runs behind its table: settings, times, answers by class, and what is still to be run.</summary>
[TestClass]
public sealed class RunPageTests
{
    private static readonly ExperimentPlan Plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, [1, 2]);
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void Keep() => Plan.Keep(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, _folder.Path, Assert.Fail);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Times_are_those_of_runs_that_had_the_machine_to_themselves()
    {
        Write("Padam", 1, run => run);
        Write("Adam", 1, run => run);
        Assert.DoesNotContain("images a second", Page());

        Write("Padam", 1, run => Timed(run, seconds: 3600, speed: 300));
        Write("Padam", 2, run => Timed(run, seconds: 3602, speed: 310));
        string page = Page();
        StringAssert.Contains(page, "| series | time a run | images a second | threads | runs |");
        StringAssert.Contains(page, "| Padam | 1:00:01 | 305 | 2 | 2 |");
        Assert.DoesNotContain("| Adam | 0:", page);
    }

    private static RunSummary Timed(RunSummary run, double seconds, double speed) =>
        run with
        {
            Alone = true,
            Threads = [2],
            Seconds = seconds,
            ByEpoch =
            [
                new EpochRecord
                {
                    Epoch = 1,
                    Finished = DateTimeOffset.UnixEpoch,
                    ImagesPerSecond = speed,
                },
            ],
        };

    [TestMethod]
    public void All_settings_of_each_series_stand_beside_each_other_those_that_differ_first()
    {
        Write("Padam", 1, run => run with { Threads = [1] });
        Write("Padam", 2, run => run with { Threads = [1, 2] });
        Write("SGD", 1, run => run);
        string page = Page();
        StringAssert.Contains(page, "| setting | Padam | SGD |");
        StringAssert.Contains(page, "\n| momentum | - | 0.9 |\n");
        StringAssert.Contains(page, "\n| p | 0.125 | - |\n");
        StringAssert.Contains(page, "\n| seeds | 1, 2 | 1 |\n");
        StringAssert.Contains(page, "\n| threads | 1 or 1, then 2 | not kept |\n");
        StringAssert.Contains(page, "\n| batch size | 128 | 128 |\n");
        Assert.IsLessThan(page.IndexOf("| batch size |", StringComparison.Ordinal), page.IndexOf("| momentum |", StringComparison.Ordinal));
        foreach (string name in RunIdentity.Of(Plan.Runs[0].Settings).ToDictionary().Keys.Except(["seed"]))
            StringAssert.Contains(page, $"\n| {name} | ");
    }

    [TestMethod]
    public void Errors_by_class_and_matrices_are_those_of_the_first_seeds_last_epoch()
    {
        Write("Padam", 2, run => run with { Confusion = Answers(cats: 1) });
        Write("Padam", 1, run => run with { Confusion = Answers(cats: 30) });
        Write("SGD", 1, run => run with { Confusion = Answers(cats: 80) });
        Write("Adam", 1, run => run);
        string page = Page();
        StringAssert.Contains(page, "After the last epoch, seed 1:");
        StringAssert.Contains(page, "| class | Padam | SGD |");
        StringAssert.Contains(page, "| cat | 30.0 | 80.0 |");
        StringAssert.Contains(page, "| dog & co | 0.0 | 0.0 |");
        StringAssert.Contains(
            page,
            "![Confusion matrix of SGD: 80 of 200 test images were taken for another class, most often cat for dog & co (80)]"
        );
        string[] drawn = [.. Directory.GetFiles(_folder["figures"], "*-confusion-*.svg").Order(StringComparer.Ordinal)];
        Assert.HasCount(2, drawn);
        string svg = File.ReadAllText(drawn[1]);
        Assert.AreEqual("svg", System.Xml.Linq.XDocument.Parse(svg).Root!.Name.LocalName);
        StringAssert.Contains(svg, ">80</text>");
        StringAssert.Contains(svg, "SGD, seed 1");
        StringAssert.Contains(svg, "prefers-color-scheme: dark");
        StringAssert.Contains(File.ReadAllText(_folder["report.html"]), Convert.ToBase64String(File.ReadAllBytes(drawn[1])));
    }

    [TestMethod]
    public void A_hundred_classes_are_a_picture_without_names_and_a_table_that_is_folded_away()
    {
        const int many = 100;
        var confusion = new Confusion
        {
            Classes = [.. Enumerable.Range(0, many).Select(i => $"class {i}")],
            Counts = [.. Enumerable.Range(0, many).Select(i => Enumerable.Range(0, many).Select(j => i == j ? 70L : 1).ToArray())],
        };
        Write("Padam", 1, run => run with { Confusion = confusion });
        StringAssert.Contains(Page(), "Error by class (100):");
        StringAssert.Contains(File.ReadAllText(_folder["report.html"]), "<details><summary>Error by class (100)</summary>");
        string svg = File.ReadAllText(Directory.GetFiles(_folder["figures"], "*-confusion-1.svg").Single());
        Assert.DoesNotContain("class 7", svg);
        Assert.IsLessThan(300_000, svg.Length);
    }

    private static Confusion Answers(long cats) =>
        new()
        {
            Classes = ["cat", "dog & co"],
            Counts =
            [
                [100 - cats, cats],
                [0, 100],
            ],
        };

    [TestMethod]
    public void What_is_not_finished_stands_with_the_command_that_goes_on()
    {
        Write("Padam", 1, run => run);
        Write("Padam", 2, run => run);
        Write("SGD", 1, run => run);
        string page = Page();
        StringAssert.Contains(page, "Not finished (5):");
        StringAssert.Contains(page, "| SGD | vgg16 | cifar10 | 2 |");
        StringAssert.Contains(page, "| Adam | vgg16 | cifar10 | 1, 2 |");
        const string command =
            "padam-reproduce experiment table2 --scale full --recipe report --dataset cifar10 --data FOLDER --seeds 1,2 --out .";
        StringAssert.Contains(page, $"```\n{command}\n```");
        StringAssert.Contains(File.ReadAllText(_folder["report.html"]), $"<code>{command}</code>");

        foreach (PlannedRun run in Plan.Runs)
            FinishedRuns.Write(run.Files(_folder.Path), run.Settings);
        Assert.DoesNotContain("Not finished", Page());
    }

    [TestMethod]
    public void A_file_of_the_users_own_is_named_in_the_command_as_one_word()
    {
        File.Copy(
            Path.Combine(Repository.Root, "src", "Padam.Reproduce", "Experiments", "Files", "table2.json"),
            _folder["what I'd try.json"]
        );
        Experiment own = ExperimentFile.Read(_folder["what I'd try.json"]);
        Planning.Of(own, Scale.Quick, Recipe.Report, [3]).Keep(own, Scale.Quick, Recipe.Report, _folder.Path, Assert.Fail);
        string page = Page();
        StringAssert.Contains(page, "padam-reproduce experiment 'what I'\\''d try.json' --scale quick --recipe report --seeds 3 --out .");
        StringAssert.Contains(page, "stands for the path of that file");
    }

    [TestMethod]
    public void The_log_is_a_download_and_tables_have_headers_of_rows_and_columns()
    {
        Write("Padam", 1, run => run);
        Page();
        string html = File.ReadAllText(_folder["report.html"]);
        StringAssert.Contains(html, $"<a href=\"runs/{Plan.Runs[0].Id}/model_padam_cifar10.csv\" download>");
        StringAssert.Contains(html, "<th scope=\"col\">series</th>");
        StringAssert.Contains(html, "<th scope=\"row\"><span>Padam</span></th>");
    }

    [TestMethod]
    public void Two_series_of_the_same_settings_are_one_whose_second_name_is_said()
    {
        File.WriteAllText(
            _folder["twice.json"],
            """
            {
              "title": "Twice", "dataSets": ["cifar10"], "backbones": ["vgg16"], "epochs": 2, "milestones": [],
              "series": [
                { "name": "SGD", "optimizer": "sgd" },
                { "name": "SGD at 0.1", "optimizer": "sgd", "learningRate": 0.1 },
                { "name": "SGD at 0.2", "optimizer": "sgd", "learningRate": 0.2 }
              ],
              "figures": ["test-error"]
            }
            """
        );
        Experiment own = ExperimentFile.Read(_folder["twice.json"]);
        ExperimentPlan plan = Planning.Of(own, Scale.Full, Recipe.Report, [1]);
        plan.Keep(own, Scale.Full, Recipe.Report, _folder.Path, Assert.Fail);
        foreach (PlannedRun run in plan.Runs)
            Write(run, summary => summary);

        string page = Page();

        StringAssert.Contains(page, "Of the same settings, and so the same runs: SGD at 0.1 as SGD.");
        StringAssert.Contains(page, "| setting | SGD | SGD at 0.2 |");
        Assert.DoesNotContain("| SGD at 0.1 |", page);
    }

    private void Write(string series, int seed, Func<RunSummary, RunSummary> change) =>
        Write(Plan.Runs.Single(run => (run.Series, run.Settings.Seed) == (series, seed)), change);

    private void Write(PlannedRun run, Func<RunSummary, RunSummary> change)
    {
        RunFiles files = run.Files(_folder.Path);
        change(FinishedRuns.Write(files, run.Settings)).Write(files.Summary);
    }

    private string Page()
    {
        ReportPage.Write(_folder.Path);
        return File.ReadAllText(_folder["report.md"]);
    }
}
