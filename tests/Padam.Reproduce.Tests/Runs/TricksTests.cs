using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>What goes beyond a recipe: it reaches the library, and makes another run.</summary>
[TestClass]
public sealed class TricksTests
{
    private static readonly RunSettings Plain = new()
    {
        DataSet = "cifar10",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("sgd"),
        Recipe = Recipe.Authors.Name,
        Epochs = 10,
    };

    private static IEnumerable<(Tricks, string Line, Func<ImageClassificationOptions, bool> Reaches)> Each =>
        [
            (
                new() { Schedule = "cosine" },
                "schedule: cosine from 1 to 0, each step",
                options => options.Schedule == Schedule.Cosine(unit: ScheduleUnit.Step)
            ),
            (
                new() { Schedule = "one-cycle" },
                "schedule: one cycle from 0.04 over 1 at 0.3 of it to 4E-06, cosine, each step",
                options => options.Schedule == Schedule.OneCycle()
            ),
            (
                new() { Warmup = 1.5 },
                "schedule: warm-up from 0.1 over 1.5 epochs, each step, then x0.1 after 5, 7 epochs",
                options => options.Schedule == Schedule.MultiStep([5, 7]).WithWarmup(1.5)
            ),
            (
                new() { NoDecayOnNorm = true, LayerDecay = 0.75 },
                "parameter rules: [no decay on biases and normalisation; rate x0.75 from layer to layer]",
                options => options.Optimizer.Rules.Count == 2
            ),
            (new() { Ema = 0.99 }, "averaging: WeightAverage { Decay = 0.99 }", options => options.Averaging == new WeightAverage(0.99)),
            (
                new() { Lookahead = 6 },
                "averaging: Lookahead { Every = 6, Decay = 0.5, Power = 0 }",
                options => options.Averaging == new Lookahead(6)
            ),
            (new() { ClassWeights = "balanced" }, "class weights: balanced", options => options.Loss.ClassWeights == ClassWeights.Balanced),
            (new() { ClassWeights = "1 2.5" }, "class weights: 1 2.5", options => options.Loss.ClassWeights == ClassWeights.Of(1, 2.5)),
            (new() { Accumulate = 4 }, "batches a step: 4", options => options.Compute.AccumulateBatches == 4),
            (new() { LabelSmoothing = 0.1 }, "label smoothing: 0.1", options => options.LabelSmoothing == 0.1),
            (new() { ClipNorm = 2.5 }, "gradient clip norm: 2.5", options => options.GradientClipNorm == 2.5),
            (
                new() { Tta = "mirror" },
                "test-time augmentation: Mirror",
                options => options.Inference.TestTimeAugmentation == TestTimeAugmentation.Mirror
            ),
            (
                new() { Plateau = 3 },
                "plateau: ReduceOnPlateau { Metric = Loss, Factor = 0.1, Patience = 3, MinimumImprovement = 0 }",
                options => options.ReduceOnPlateau == new ReduceOnPlateau(Patience: 3)
            ),
        ];

    [TestMethod]
    public void Each_reaches_the_library_and_is_part_of_the_identity()
    {
        foreach ((Tricks tricks, string line, Func<ImageClassificationOptions, bool> reaches) in Each)
        {
            RunSettings settings = Plain with { Tricks = tricks };

            Assert.IsTrue(reaches(TrainingOptions.Of(settings)), line);
            Assert.IsFalse(reaches(TrainingOptions.Of(Plain)), line);
            CollectionAssert.Contains(RunIdentity.Of(settings).Text.Split('\n'), line);
            Assert.AreNotEqual(Plain.Id(), settings.Id());
        }
    }

    [TestMethod]
    public void The_recipe_airbench_is_that_of_its_source_and_gives_way_to_what_is_asked_for()
    {
        RunSettings settings = Plain with
        {
            Recipe = "airbench",
            Backbone = "airbench94",
            Optimizer = new OptimizerSettings("sgd") { LearningRate = 1.5, WeightDecay = 1.3304e-3 },
        };
        ImageClassificationOptions options = TrainingOptions.Of(settings);

        // From 11.5 and 0.0153, which are of the sum over 1024 images and decoupled.
        double scale = 1024 * (1 + (1 / (1 - 0.85)));
        var sgd = (SgdOptions)options.Optimizer;
        Assert.AreEqual(11.5 / scale * 1024, sgd.LearningRate, 1e-4);
        Assert.AreEqual(0.0153 * 1024 / scale / (11.5 / scale) / 1024, sgd.WeightDecay, 1e-7);
        Assert.AreEqual((0.85, true), (sgd.Momentum, sgd.Nesterov));
        Assert.AreEqual("[*.norm*.bias: rate x64, decay x0.015625; whiten.bias: rate x1, decay x1, for 3 epochs]", sgd.Rules.ToString());
        Assert.AreEqual(new Lookahead(5, Math.Pow(0.95, 5), 3), options.Averaging);
        Assert.AreEqual(new Augmentation(2, Flip: true) { ReflectedPadding = true, AlternatingFlip = true }, options.Augmentation);
        Assert.AreEqual((0.2, true), (options.LabelSmoothing, options.Compute.DropPartBatch));
        Assert.AreEqual((0.4, 1e-12), (options.Backbone.Settings.BatchNormMomentum, options.Backbone.Settings.BatchNormEpsilon));
        Assert.AreEqual(0.2, options.Schedule.Factor(0, 10), 1e-12);
        Assert.AreEqual(1, options.Schedule.Factor(2.3, 10), 1e-12);
        Assert.AreEqual(0.07, options.Schedule.Factor(10, 10), 1e-12);
        Assert.IsEmpty(options.Validate());

        options = TrainingOptions.Of(
            settings with
            {
                Tricks = new()
                {
                    LabelSmoothing = 0.1,
                    Tta = "none",
                    Ema = 0.9,
                    Schedule = "cosine",
                },
            }
        );
        Assert.AreEqual(0.1, options.LabelSmoothing);
        Assert.AreEqual(TestTimeAugmentation.None, options.Inference.TestTimeAugmentation);
        Assert.AreEqual(new WeightAverage(0.9), options.Averaging);
        Assert.AreEqual(Schedule.Cosine(unit: ScheduleUnit.Step), options.Schedule);
        CollectionAssert.Contains(Recipe.NamesOfRuns.ToArray(), "airbench");
        CollectionAssert.DoesNotContain(Recipe.Names.ToArray(), "airbench");
    }
}
