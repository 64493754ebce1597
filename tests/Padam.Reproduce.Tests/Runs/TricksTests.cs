using Padam.MLNet;
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
}
