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
            (new() { Precision = "bfloat16" }, "precision: BFloat16", options => options.Compute.Precision == Precision.BFloat16),
            (new() { LabelSmoothing = 0.1 }, "label smoothing: 0.1", options => options.LabelSmoothing == 0.1),
            (new() { ClipNorm = 2.5 }, "gradient clip norm: 2.5", options => options.GradientClipNorm == 2.5),
            (
                new() { Tta = "mirror" },
                "test-time augmentation: Mirror",
                options => options.Inference.TestTimeAugmentation == TestTimeAugmentation.Mirror
            ),
            (
                new() { Augment = "resized-crop:0.5" },
                "resized crop: ResizedCrop { SmallestArea = 0.5, LargestArea = 1, SmallestRatio = 0.75, "
                    + "LargestRatio = 1.3333333333333333 }",
                options => options.Augmentation.ResizedCrop == new ResizedCrop(0.5)
            ),
            (
                new() { Augment = "color:0.2" },
                "colours: ColorJitter { Brightness = 0.2, Contrast = 0.2, Saturation = 0.2 }",
                options => options.Augmentation.Color == new ColorJitter(0.2, 0.2, 0.2)
            ),
            (
                new() { Tta = "shift" },
                "test-time augmentation: MirrorAndShift",
                options => options.Inference.TestTimeAugmentation == TestTimeAugmentation.MirrorAndShift
            ),
            (new() { Augment = "trivial" }, "trivial augment: yes", options => options.Augmentation.TrivialAugment),
            (
                new() { Augment = "erase" },
                "erasing: RandomErasing { Probability = 0.5, SmallestArea = 0.02, LargestArea = 0.33, SmallestRatio = 0.3, "
                    + "LargestRatio = 3.3 }",
                options => options.Augmentation.Erasing == new RandomErasing()
            ),
            (new() { Augment = "cutout:16" }, "cutout: Cutout { Size = 16 }", options => options.Augmentation.Cutout == new Cutout(16)),
            (
                new() { Augment = "mixup:0.3,cutmix" },
                "mixing: Mixing { Mixup = 0.3, CutMix = 1 }",
                options => options.Augmentation.Mixing == new Mixing(0.3, 1)
            ),
            (new() { Augment = "reflect:3" }, "reflected padding: yes", options => options.Augmentation.ReflectedPadding),
            (new() { Augment = "alternate-flip" }, "alternating flip: yes", options => options.Augmentation.AlternatingFlip),
            (
                new() { Plateau = 3 },
                "plateau: ReduceOnPlateau { Metric = Loss, Factor = 0.1, Patience = 3, MinimumImprovement = 0 }",
                options => options.ReduceOnPlateau == new ReduceOnPlateau(Patience: 3)
            ),
        ];

    [TestMethod]
    public void A_list_of_changes_takes_the_place_of_the_recipes()
    {
        ImageClassificationOptions Listed(string list) => TrainingOptions.Of(Plain with { Tricks = new() { Augment = list } });
        Assert.AreEqual(new Augmentation(4, Flip: true), TrainingOptions.Of(Plain).Augmentation);
        Assert.AreEqual(Augmentation.None, Listed("none").Augmentation);
        Assert.AreEqual(new Augmentation(2) { ReflectedPadding = true, Cutout = new(8) }, Listed("reflect:2,cutout:8").Augmentation);
        Assert.AreEqual(
            new Augmentation(Flip: true)
            {
                AlternatingFlip = true,
                ResizedCrop = new(),
                Color = new(0.4, 0.4, 0.4),
                TrivialAugment = true,
                Erasing = new(0.25),
                Mixing = new(Mixup: 0.2, CutMix: 1),
            },
            Listed("alternate-flip, resized-crop, color, trivial, erase:0.25, mixup, cutmix").Augmentation
        );
        Assert.AreEqual(
            new Augmentation(4) { Color = new(0.1, 0.1, 0.1), Mixing = new(CutMix: 0.5) },
            Listed("cutmix:0.5,crop:4,color:0.1").Augmentation
        );
        Assert.AreEqual(Plain.Id(), (Plain with { Tricks = new() { Augment = "flip,crop:4" } }).Id(), "the recipe's own are the same run");
    }

    [TestMethod]
    [DataRow("flop", "--augment 'flop' is not known: use none, or some of crop:4,")]
    [DataRow("", "--augment '' is not known")]
    [DataRow("flip,", "--augment '' is not known")]
    [DataRow("flip,crop:2,flip", "--augment names flip twice.")]
    [DataRow("none,flip", "--augment none is for itself: leave the others out, or none.")]
    [DataRow("crop:4,reflect:4", "--augment crop and reflect exclude each other.")]
    [DataRow("resized-crop,crop:4", "--augment resized-crop and crop exclude each other.")]
    [DataRow("flip,alternate-flip", "--augment flip and alternate-flip exclude each other.")]
    [DataRow("crop", "--augment crop needs its pixels, as in crop:4.")]
    [DataRow("cutout:0", "--augment cutout '0' is not a whole number of 1 or more.")]
    [DataRow("crop:1.5", "--augment crop '1.5' is not a whole number of 1 or more.")]
    [DataRow("flip:2", "--augment flip takes no number: leave ':2' out.")]
    [DataRow("color:1.5", "--augment color '1.5' is not a number from 0.01 to 1.")]
    [DataRow("erase:-1", "--augment erase '-1' is not a number from 0.01 to 1.")]
    [DataRow("mixup:0", "--augment mixup '0' is not a number from 0.01 to 100.")]
    [DataRow("cutmix:NaN", "--augment cutmix 'NaN' is not a number from 0.01 to 100.")]
    public void What_cannot_be_listed_is_said_in_a_sentence(string list, string said) =>
        StringAssert.StartsWith(Assert.ThrowsExactly<FormatException>(() => AugmentList.Parse(list)).Message, said);

    [TestMethod]
    public void All_that_is_wrong_with_a_list_is_said() =>
        CollectionAssert.AreEqual(
            new[]
            {
                "--augment color '2' is not a number from 0.01 to 1.",
                "--augment names flip twice.",
                "--augment crop and resized-crop exclude each other.",
                "--augment flip and alternate-flip exclude each other.",
            },
            Assert
                .ThrowsExactly<FormatException>(() => AugmentList.Parse("crop:4,flip,color:2,resized-crop,alternate-flip,flip"))
                .Message.Split(Environment.NewLine)
        );

    [TestMethod]
    [DataRow("crop:1")]
    [DataRow("color:1")]
    [DataRow("color:0.01")]
    [DataRow("mixup:0.01")]
    [DataRow("cutmix:100")]
    public void What_is_just_in_range_is_taken(string list) => Assert.AreNotEqual(Augmentation.None, AugmentList.Parse(list));

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
        Assert.AreEqual(0, options.KernelL2, "the decay is the optimizer's");
        CollectionAssert.AreEqual(new[] { 0.2470f, 0.2435f, 0.2616f }, options.Normalization!.StandardDeviation.ToArray());
        Assert.IsNull(TrainingOptions.Of(settings with { DataSet = "synthetic" }).Normalization, "the constants are of CIFAR-10");
        Assert.AreEqual(
            "[whiten.bias: rate x1, decay x1, for 3 epochs]",
            TrainingOptions.Of(settings with { Optimizer = new OptimizerSettings("adam") }).Optimizer.Rules.ToString()
        );

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
