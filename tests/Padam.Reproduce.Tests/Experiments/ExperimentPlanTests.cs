using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Experiments;

[TestClass]
public sealed class ExperimentPlanTests
{
    private static ExperimentPlan Plan(string name, Scale scale, params int[] seeds) =>
        Planning.Of(ExperimentFile.Shipped(name), scale, Recipe.Report, seeds.Length == 0 ? [1] : seeds);

    [TestMethod]
    public void To_plan_it_again_its_own_file_is_asked_for_or_its_name()
    {
        ExperimentPlan plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Desk, Recipe.Report, [1]);
        Assert.AreEqual("table2", plan.Asked);
        Assert.AreEqual("mine.json", (plan with { OwnFile = "mine.json" }).Asked);
    }

    [TestMethod]
    public void The_full_scale_is_the_reports_protocol()
    {
        RunSettings settings = Plan("table2", Scale.Full).Runs[0].Settings;
        Assert.AreEqual(
            (200, 128, "vgg16", "cifar10", "report"),
            (settings.Epochs, settings.BatchSize, settings.Backbone, settings.DataSet, settings.Recipe)
        );
        CollectionAssert.AreEqual(new[] { 50, 100, 150 }, settings.Milestones!.ToArray());
        Assert.IsNull(settings.TrainLimit);
        Assert.AreEqual(
            (0.1, 0.0005, 0.125),
            (settings.Optimizer.LearningRate, settings.Optimizer.WeightDecay, settings.Optimizer.Partial)
        );
    }

    [TestMethod]
    public void The_desk_scale_shrinks_images_epochs_network_and_schedule_together()
    {
        ExperimentPlan plan = Plan("table2", Scale.Desk);
        RunSettings settings = plan.Runs[0].Settings;
        Assert.AreEqual((20, 10_000, 5_000, "vgg-small"), (settings.Epochs, settings.TrainLimit, settings.TestLimit, settings.Backbone));
        CollectionAssert.AreEqual(new[] { 5, 10, 15 }, settings.Milestones!.ToArray());
        CollectionAssert.AreEqual(new[] { 5, 10, 15, 20 }, plan.Shown.Select(shown => shown.Scaled).ToArray());
        CollectionAssert.AreEqual(new[] { 3, 6 }, Plan("figure4", Scale.Desk).Runs[0].Settings.Milestones!.ToArray());
    }

    [TestMethod]
    public void Every_experiment_has_a_plan_that_can_be_trained_at_every_scale()
    {
        foreach (string name in ExperimentFile.ShippedNames)
        foreach (Scale scale in Scale.All)
        foreach (PlannedRun run in Plan(name, scale).Runs)
        {
            Assert.IsTrue(
                run.Settings.Milestones!.All(milestone => milestone > 0 && milestone < run.Settings.Epochs),
                $"{name}, {scale.Name}: milestones"
            );
            Padam.MLNet.Backbones.Backbone.Parse(run.Settings.Backbone);
            run.Settings.Optimizer.Options();
        }
    }

    [TestMethod]
    public void Runs_are_known_by_their_settings()
    {
        RunSettings settings = Plan("table2", Scale.Full).Runs[0].Settings;
        Assert.AreEqual(settings.Id(), (settings with { }).Id());
        Assert.AreEqual(
            settings.Id(),
            (settings with { Optimizer = new OptimizerSettings("padam") { Partial = 0.125 } }).Id(),
            "a default and the same value given"
        );
        foreach (
            RunSettings other in new[]
            {
                settings with
                {
                    Seed = 2,
                },
                settings with
                {
                    Epochs = 199,
                },
                settings with
                {
                    Recipe = "authors",
                },
                settings with
                {
                    Gamma = 0.5,
                },
                settings with
                {
                    Optimizer = settings.Optimizer with { Partial = 0.25 },
                },
                settings with
                {
                    Backbone = "vgg19",
                },
                settings with
                {
                    TrainLimit = 10,
                },
            }
        )
            Assert.AreNotEqual(settings.Id(), other.Id(), other.ToString());
    }

    [TestMethod]
    public void Figures_two_and_three_share_their_runs()
    {
        CollectionAssert.AreEquivalent(
            Plan("figure2", Scale.Full).Runs.Select(run => run.Id).ToArray(),
            Plan("figure3", Scale.Full).Runs.Select(run => run.Id).ToArray()
        );
    }

    [TestMethod]
    public void Each_seed_is_a_run_and_the_reports_wide_network_is_its_own()
    {
        ExperimentPlan plan = Plan("figure2", Scale.Full, 1, 2, 3);
        Assert.AreEqual(36, plan.Runs.Select(run => run.Id).Distinct().Count());
        Assert.AreEqual("wrn-16-4-report", plan.Runs.First(run => run.Network == "wrn-16-4").Settings.Backbone);
        Assert.AreEqual(
            "wrn-16-4",
            Planning
                .Of(ExperimentFile.Shipped("figure2"), Scale.Full, Recipe.Authors, [1])
                .Runs.First(run => run.Network == "wrn-16-4")
                .Settings.Backbone
        );
    }

    /// <summary>What a call of the experiment leaves in the output folder.</summary>
    private static ExperimentPlan Asked(TemporaryFolder folder, Experiment experiment, int[] seeds, params string[] dataSets) =>
        Planning
            .Of(experiment.Only(dataSets), Scale.Full, Recipe.Report, seeds)
            .Keep(experiment, Scale.Full, Recipe.Report, folder.Path, _ => { });

    private static string[] Ids(ExperimentPlan plan) => [.. plan.Runs.Select(run => run.Id)];

    [TestMethod]
    public void A_call_for_fewer_seeds_leaves_those_of_the_call_before_in_the_kept_plan()
    {
        using TemporaryFolder folder = new();
        Experiment table2 = ExperimentFile.Shipped("table2");
        ExperimentPlan three = Asked(folder, table2, [1, 2, 3]);
        CollectionAssert.AreEqual(Ids(three), Ids(Asked(folder, table2, [1])));
        CollectionAssert.AreEqual(Ids(three), Ids(ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single())));
    }

    [TestMethod]
    public void Data_sets_that_are_asked_for_one_by_one_are_both_in_the_kept_plan()
    {
        using TemporaryFolder folder = new();
        Experiment figure4 = ExperimentFile.Shipped("figure4");
        CollectionAssert.AreEqual(
            new[] { "cifar100" },
            Asked(folder, figure4, [1], "cifar100").Runs.Select(run => run.DataSet).Distinct().ToArray()
        );
        CollectionAssert.AreEqual(Ids(Plan("figure4", Scale.Full)), Ids(Asked(folder, figure4, [1], "cifar10")));
    }

    [TestMethod]
    public void Seeds_of_one_data_set_do_not_become_those_of_another()
    {
        using TemporaryFolder folder = new();
        Experiment figure4 = ExperimentFile.Shipped("figure4");
        Asked(folder, figure4, [1], "cifar100");
        ExperimentPlan kept = Asked(folder, figure4, [2, 3], "cifar10");
        CollectionAssert.AreEqual(
            new[] { (1, 3), (2, 3), (3, 3) },
            kept.Runs.GroupBy(run => run.Settings.Seed).OrderBy(seed => seed.Key).Select(seed => (seed.Key, seed.Count())).ToArray()
        );
        Assert.AreEqual("cifar100", kept.Runs.First(run => run.Settings.Seed == 1).DataSet);
    }

    [TestMethod]
    public void Runs_that_an_edited_file_no_longer_has_are_dropped_from_the_kept_plan()
    {
        using TemporaryFolder folder = new();
        Experiment before = ExperimentFile.Shipped("figure4");
        Asked(folder, before, [1, 2]);
        Experiment edited = before with { Series = [before.Series[0] with { LearningRate = 0.2 }, before.Series[1]] };

        ExperimentPlan kept = Asked(folder, edited, [1]);
        CollectionAssert.AreEquivalent(
            new[] { ("p = 1/4", 1), ("p = 1/8", 1), ("p = 1/8", 2) },
            kept.Runs.Select(run => (run.Series, run.Settings.Seed)).Distinct().ToArray()
        );
        Assert.IsTrue(kept.Runs.Where(run => run.Series == "p = 1/4").All(run => run.Settings.Optimizer.LearningRate == 0.2));
    }

    [TestMethod]
    public void Seven_seeds_that_are_asked_for_at_once_are_all_in_the_kept_plan()
    {
        using TemporaryFolder folder = new();
        Experiment table2 = ExperimentFile.Shipped("table2");
        Parallel.For(1, 8, new ParallelOptions { MaxDegreeOfParallelism = 7 }, seed => Asked(folder, table2, [seed]));

        ExperimentPlan kept = Planning.Of(table2, Scale.Full, Recipe.Report, [1, 2, 3, 4, 5, 6, 7]);
        CollectionAssert.AreEqual(Ids(kept), Ids(ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single())));
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("null")]
    [DataRow("")]
    public void A_damaged_plan_is_named_set_aside_and_written_anew(string content)
    {
        using TemporaryFolder folder = new();
        Experiment table2 = ExperimentFile.Shipped("table2");
        string path = Planning.Of(table2, Scale.Full, Recipe.Report, [1]).FileIn(folder.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);

        var warnings = new List<string>();
        Planning.Of(table2, Scale.Full, Recipe.Report, [1]).Keep(table2, Scale.Full, Recipe.Report, folder.Path, warnings.Add);

        StringAssert.Contains(warnings.Single(), path);
        Assert.HasCount(4, ExperimentPlan.Read(path).Runs);
        Assert.AreEqual(content, File.ReadAllText(Directory.GetFiles(folder["experiments"], "*.damaged").Single()));
    }

    [TestMethod]
    [DataRow("\"Name\": \"table2\"", "\"Name\": \"../table2\"", "its name is '../table2'")]
    [DataRow("\"Name\": \"table2\"", "\"Name\": \"\"", "its name is ''")]
    [DataRow("\"Protocol\": 50", "\"Protocol\": 0", "an epoch that it shows is none")]
    [DataRow("\"Version\": 2", "\"Version\": 0", "its version is 0")]
    [DataRow("\"Scale\": \"full\"", "\"Scale\": \"vast\"", "there is no scale 'vast'")]
    [DataRow("\"Recipe\": \"report\",\n  \"Shown\"", "\"Recipe\": \"soup\",\n  \"Shown\"", "there is no recipe 'soup'")]
    [DataRow("\"test-error\"", "\"error\"", "there is no figure 'error'")]
    [DataRow("\"Scaled\": 50", "\"Scaled\": -1", "an epoch that it shows is none")]
    [DataRow("\"Runs\": [", "\"Runs\": [ null,", "one of its runs is null")]
    [DataRow("\"Network\": \"vgg16\"", "\"Network\": \"../vgg16\"", "is not known")]
    [DataRow("\"DataSet\": \"cifar10\",\n      \"Network\"", "\"DataSet\": \"/etc\",\n      \"Network\"", "there is no data set '/etc'")]
    [DataRow("\"Version\": 2", "\"Version\": 3", "its version is 3")]
    [DataRow("\"Optimizer\": {", "\"Optimizer\": null, \"x\": {", "")]
    public void A_plan_that_says_what_cannot_be_is_named(string was, string becomes, string said)
    {
        using TemporaryFolder folder = new();
        Asked(folder, ExperimentFile.Shipped("table2"), [1]);
        string path = ExperimentPlan.FilesIn(folder.Path).Single(),
            text = File.ReadAllText(path);
        StringAssert.Contains(text, was);
        File.WriteAllText(
            path,
            new System.Text.RegularExpressions.Regex(System.Text.RegularExpressions.Regex.Escape(was)).Replace(text, becomes, 1)
        );

        string message = Assert.ThrowsExactly<CommandException>(() => ExperimentPlan.Read(path)).Message;
        StringAssert.Contains(message, $"'{path}' is not the plan of an experiment");
        StringAssert.Contains(message, said);
    }

    [TestMethod]
    public void An_experiment_on_some_of_its_data_sets_keeps_its_own_order_and_refuses_strangers()
    {
        Experiment figure4 = ExperimentFile.Shipped("figure4");
        CollectionAssert.AreEqual(new[] { "cifar10", "cifar100" }, figure4.Only(["cifar100", "cifar10"]).DataSets.ToArray());
        StringAssert.Contains(
            Assert.ThrowsExactly<UsageException>(() => figure4.Only(["cifar10", "synthetic"])).Message,
            "--dataset synthetic: figure4 has cifar10, cifar100"
        );
    }

    [TestMethod]
    public void A_plan_is_read_back_as_it_was_written()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = Asked(folder, ExperimentFile.Shipped("p-schedule"), [1, 2]);

        ExperimentPlan read = ExperimentPlan.Read(ExperimentPlan.FilesIn(folder.Path).Single());
        CollectionAssert.AreEqual(plan.Runs.Select(run => run.Id).ToArray(), read.Runs.Select(run => run.Settings.Id()).ToArray());
    }
}
