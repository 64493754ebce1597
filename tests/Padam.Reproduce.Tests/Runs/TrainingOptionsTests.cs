using Padam.MLNet;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>Settings of a run as the library's options.</summary>
[TestClass]
public sealed class TrainingOptionsTests
{
    private static readonly RunSettings Plain = new()
    {
        DataSet = "cifar10",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = Recipe.Authors.Name,
        Epochs = 10,
        BatchSize = 64,
        Seed = 5,
        Weights = "w.safetensors",
    };

    [TestMethod]
    public void Epochs_batch_seed_and_weights_are_those_of_the_settings()
    {
        ImageClassificationOptions options = TrainingOptions.Of(Plain);
        Assert.AreEqual(
            (10, 64, 5, "w.safetensors", "Features"),
            (options.Epochs, options.BatchSize, options.Seed, options.InitialWeights, options.FeatureColumnName)
        );
        Assert.AreEqual("Image", TrainingOptions.Of(Plain with { DataSet = "folder" }).FeatureColumnName);
    }

    [TestMethod]
    public void The_rate_falls_to_a_tenth_at_the_recipes_milestones_or_as_it_is_told()
    {
        Assert.AreEqual(Schedule.MultiStep([5, 7], 0.1), TrainingOptions.Of(Plain).Schedule);
        Assert.AreEqual(Schedule.MultiStep([3], 0.5), TrainingOptions.Of(Plain with { Milestones = [3], Gamma = 0.5 }).Schedule);
        Assert.AreEqual(Schedule.Constant, TrainingOptions.Of(Plain with { Milestones = [] }).Schedule);
    }

    [TestMethod]
    public void The_fast_network_brings_its_normalisation_and_its_whitening_to_any_recipe()
    {
        foreach (string recipe in Recipe.Names)
        {
            ImageClassificationOptions options = TrainingOptions.Of(Plain with { Backbone = "airbench94", Recipe = recipe });
            Assert.AreEqual((0.4, 1e-12), (options.Backbone.Settings.BatchNormMomentum, options.Backbone.Settings.BatchNormEpsilon));
            Assert.AreEqual("[whiten.bias: rate x1, decay x1, for 3 epochs]", options.Optimizer.Rules.ToString());
            Assert.AreEqual((0.0, null), (options.LabelSmoothing, options.Averaging));
        }

        Assert.IsEmpty(TrainingOptions.Of(Plain).Optimizer.Rules);
    }

    [TestMethod]
    public void P_stays_or_falls_as_it_is_told()
    {
        Schedule? Of(PartialDecay? decay, int epochs = 10) =>
            TrainingOptions.Of(Plain with { PartialDecay = decay, Epochs = epochs }).PartialSchedule;
        Assert.IsNull(Of(null));
        Assert.IsNull(Of(new("constant", 0.5)));
        Assert.AreEqual(Schedule.Linear(1, 0.5), Of(new("linear", 0.5)));
        Assert.AreEqual(Schedule.MultiStep([5], 0.5), Of(new("step", 0.5)));
        Assert.AreEqual(Schedule.MultiStep([1], 0.5), Of(new("step", 0.5), epochs: 1));
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => Of(new("sudden", 0.5))).Message, "'sudden' is not known");
    }
}
