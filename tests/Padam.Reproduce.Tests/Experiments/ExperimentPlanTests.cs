using Padam.Reproduce.Experiments;

namespace Padam.Reproduce.Tests.Experiments;

[TestClass]
public sealed class ExperimentPlanTests
{
    private static ExperimentPlan Plan(string name, Scale scale, params int[] seeds) => ExperimentPlan.Of(ExperimentFile.Shipped(name), scale, Recipe.Report, seeds.Length == 0 ? [1] : seeds);

    [TestMethod]
    public void The_full_scale_is_the_reports_protocol()
    {
        RunSettings settings = Plan("table2", Scale.Full).Runs[0].Settings;
        Assert.AreEqual((200, 128, "vgg16", "cifar10", "report"), (settings.Epochs, settings.BatchSize, settings.Backbone, settings.DataSet, settings.Recipe));
        CollectionAssert.AreEqual(new[] { 50, 100, 150 }, settings.Milestones!.ToArray());
        Assert.IsNull(settings.TrainLimit);
        Assert.AreEqual((0.1, 0.0005, 0.125), (settings.Optimizer.LearningRate, settings.Optimizer.WeightDecay, settings.Optimizer.Partial));
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
                    Assert.IsTrue(run.Settings.Milestones!.All(milestone => milestone > 0 && milestone < run.Settings.Epochs), $"{name}, {scale.Name}: milestones");
                    Padam.MLNet.Backbones.Backbone.Parse(run.Settings.Backbone);
                    run.Settings.Optimizer.Options();
                }
    }

    [TestMethod]
    public void Runs_are_known_by_their_settings()
    {
        RunSettings settings = Plan("table2", Scale.Full).Runs[0].Settings;
        Assert.AreEqual(settings.Id(), (settings with { }).Id());
        Assert.AreEqual(settings.Id(), (settings with { Optimizer = new OptimizerSettings("padam") { Partial = 0.125 } }).Id(), "a default and the same value given");
        foreach (RunSettings other in new[]
                 {
                     settings with { Seed = 2 }, settings with { Epochs = 199 }, settings with { Recipe = "authors" }, settings with { Gamma = 0.5 },
                     settings with { Optimizer = settings.Optimizer with { Partial = 0.25 } }, settings with { Backbone = "vgg19" }, settings with { TrainLimit = 10 },
                 })
            Assert.AreNotEqual(settings.Id(), other.Id(), other.ToString());
    }

    [TestMethod]
    public void Figures_two_and_three_share_their_runs()
    {
        CollectionAssert.AreEquivalent(Plan("figure2", Scale.Full).Runs.Select(run => run.Id).ToArray(), Plan("figure3", Scale.Full).Runs.Select(run => run.Id).ToArray());
    }

    [TestMethod]
    public void Each_seed_is_a_run_and_the_reports_wide_network_is_its_own()
    {
        ExperimentPlan plan = Plan("figure2", Scale.Full, 1, 2, 3);
        Assert.AreEqual(36, plan.Runs.Select(run => run.Id).Distinct().Count());
        Assert.AreEqual("wrn-16-4-report", plan.Runs.First(run => run.Network == "wrn-16-4").Settings.Backbone);
        Assert.AreEqual("wrn-16-4", ExperimentPlan.Of(ExperimentFile.Shipped("figure2"), Scale.Full, Recipe.Authors, [1]).Runs.First(run => run.Network == "wrn-16-4").Settings.Backbone);
    }

    [TestMethod]
    public void A_plan_is_read_back_as_it_was_written()
    {
        using TemporaryFolder folder = new();
        ExperimentPlan plan = Plan("p-schedule", Scale.Quick, 1, 2);
        plan.Write(folder.Path);

        ExperimentPlan read = ExperimentPlan.In(folder.Path).Single();
        CollectionAssert.AreEqual(plan.Runs.Select(run => run.Id).ToArray(), read.Runs.Select(run => run.Settings.Id()).ToArray());
    }
}
