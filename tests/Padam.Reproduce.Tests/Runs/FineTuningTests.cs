using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Data;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>The library's options of a run that starts from a pretrained network.</summary>
[TestClass]
public sealed class FineTuningTests
{
    [TestMethod]
    public void A_warm_up_that_is_asked_for_takes_the_place_of_the_ways_own_and_betas_are_taken()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["w.safetensors"], []);
        RunSettings Settings(double? warmup) =>
            new()
            {
                DataSet = "folder",
                Backbone = "imagenet-resnet18",
                Recipe = "authors",
                FineTune = "last-stage",
                Weights = folder["w.safetensors"],
                Optimizer = new OptimizerSettings(FineTuning.Optimizer) { Beta1 = 0.8 },
                Epochs = 4,
                BatchSize = 8,
                Tricks = new() { Warmup = warmup },
            };
        Assert.AreEqual(Schedule.Cosine().WithWarmup(0.5), FineTuning.Of(Settings(null)).Schedule);
        Assert.AreEqual(Schedule.Cosine().WithWarmup(2), FineTuning.Of(Settings(2)).Schedule);
        Assert.AreEqual(Schedule.Cosine(), FineTuning.Of(Settings(0)).Schedule);
        Assert.AreEqual(0.8, ((AdamWOptions)FineTuning.Of(Settings(null)).Optimizer).Beta1);
    }

    [TestMethod]
    public void Numbers_that_are_asked_for_are_taken_and_the_ways_own_stay_elsewhere()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["w.safetensors"], []);
        RunSettings settings = new()
        {
            DataSet = "folder",
            Backbone = "imagenet-resnet18",
            Recipe = "authors",
            FineTune = "all",
            Weights = folder["w.safetensors"],
            Optimizer = new OptimizerSettings(FineTuning.Optimizer),
            Epochs = 4,
            BatchSize = 9,
            Seed = 5,
        };
        var proposed = (AdamWOptions)FineTuning.Proposed("all", settings.Backbone, settings.Weights).Optimizer;
        Assert.AreEqual(proposed, FineTuning.Of(settings).Optimizer);

        ImageClassificationOptions options = FineTuning.Of(
            settings with
            {
                Optimizer = settings.Optimizer with { LearningRate = 0.25, WeightDecay = 0.5, Beta1 = 0.75, Beta2 = 0.875 },
            }
        );
        var asked = (AdamWOptions)options.Optimizer;
        Assert.AreEqual((0.25, 0.5, 0.75, 0.875), (asked.LearningRate, asked.WeightDecay, asked.Beta1, asked.Beta2));
        Assert.AreEqual((4, 9, 5), (options.Epochs, options.BatchSize, options.Seed));
        Assert.AreEqual(0.125, FineTuning.Of(settings with { Tricks = new() { LabelSmoothing = 0.125 } }).Loss.LabelSmoothing);
        Assert.AreEqual(ImageSource.FeatureColumn("folder"), options.FeatureColumnName);
    }

    [TestMethod]
    public void A_way_is_known_for_any_weights_of_a_network_for_photographs_and_for_no_other()
    {
        CollectionAssert.AreEqual(new[] { "last-layer", "last-stage", "all" }, FineTuning.Names.ToArray());
        Assert.AreEqual("imagenet-resnet18", FineTuning.ForAnyWeights("all", "imagenet-resnet18")!.Backbone.Name);
        Assert.IsNull(FineTuning.ForAnyWeights("all", "vgg-small"));
    }
}
