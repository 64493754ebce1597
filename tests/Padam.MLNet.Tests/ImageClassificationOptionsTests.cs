using System.Reflection;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class ImageClassificationOptionsTests
{
    private static readonly MLContext MlContext = new(seed: 1);

    [TestMethod]
    public void All_faults_are_reported_together()
    {
        string message = Fault(options =>
        {
            (options.Epochs, options.BatchSize, options.InferenceBatchSize) = (0, -1, 0);
            (options.LabelSmoothing, options.LabelColumnName) = (1, " ");
            (options.Optimizer, options.EarlyStopping) = (
                new PadamOptions { LearningRate = -1, Partial = 0.6 },
                new EarlyStopping(Patience: 0)
            );
        });

        foreach (
            string part in new[]
            {
                "Epochs is 0",
                "BatchSize is -1",
                "Inference.BatchSize is 0",
                "LabelSmoothing is 1",
                "LabelColumnName is empty",
                "LearningRate",
                "Partial",
                "Patience is 0",
                "EarlyStopping needs a ValidationSet",
            }
        )
            StringAssert.Contains(message, part);
    }

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void What_is_out_of_bounds_is_refused_and_what_is_just_within_is_not(
        string part,
        Action<ImageClassificationOptions> outside,
        Action<ImageClassificationOptions>? within
    )
    {
        StringAssert.Contains(Fault(outside), part);
        if (within is null)
            return;
        var options = new ImageClassificationOptions();
        within(options);
        Assert.IsNotNull(MlContext.Padam().ImageClassifier(options));
    }

    [TestMethod]
    public void The_short_overload_is_validated_too()
    {
        string message = Assert
            .ThrowsExactly<ArgumentException>(() => MlContext.Padam().ImageClassifier(labelColumnName: "", epochs: 0))
            .Message;

        StringAssert.Contains(message, "LabelColumnName");
        StringAssert.Contains(message, "Epochs is 0");
    }

    [TestMethod]
    public void A_trainer_keeps_the_options_it_was_made_with()
    {
        int epochs = 0;
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.MetricsCallback = _ => epochs++;
        ImageClassificationTrainer trainer = MlContext.Padam().ImageClassifier(options);
        (options.Epochs, options.Backbone, options.LabelColumnName) = (5, Backbone.Parse("vgg16"), "Other");

        using ImageClassificationTransformer model = trainer.Fit(Rows.View(MlContext, Rows.Of(20)));

        Assert.AreEqual(1, epochs);
        Assert.AreEqual("tiny", model.BackboneName);
    }

    [TestMethod]
    public void Options_say_what_is_wrong_with_them_before_a_trainer_is_made()
    {
        var options = new ImageClassificationOptions { BatchSize = 0, Augmentation = new(-1) };

        CollectionAssert.AreEqual(
            new[] { "BatchSize is 0; it must be at least 1.", "Augmentation.CropPadding is -1; it must be at least 0." },
            options.Validate().ToArray()
        );
        Assert.IsEmpty(new ImageClassificationOptions().Validate());
    }

    [TestMethod]
    public void Validate_is_public_everywhere_and_every_part_that_can_be_wrong_has_it()
    {
        Type[] all = typeof(ImageClassificationOptions).Assembly.GetTypes();
        MethodInfo[] validate = [.. all.SelectMany(CompiledCode.Methods).OfType<MethodInfo>().Where(method => method.Name == "Validate")];

        foreach (MethodInfo method in validate)
        {
            Assert.IsTrue(method.IsPublic, CompiledCode.Name(method));
            Assert.AreEqual(typeof(IEnumerable<string>), method.ReturnType, CompiledCode.Name(method));
        }

        // A backbone is made by Parse, whose settings With checks; Normalization's constructor checks it; processes are joined, not told.
        Type[] parts =
        [
            .. typeof(ImageClassificationOptions)
                .GetProperties()
                .Select(property => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
                .Where(type => type.Assembly == typeof(ImageClassificationOptions).Assembly && !type.IsEnum)
                .Except([typeof(Backbone), typeof(Normalization), typeof(Communicator)])
                .Append(typeof(BackboneSettings)),
        ];
        foreach (Type part in parts)
            Assert.IsTrue(validate.Any(method => method.DeclaringType == part), part.Name);
    }

    private static IEnumerable<object?[]> Faults()
    {
        static object?[] Row(string part, Action<ImageClassificationOptions> outside, Action<ImageClassificationOptions>? within = null) =>
            [part, outside, within];
        IDataView data = Rows.View(MlContext, Rows.Of(2));
        return
        [
            Row("LabelColumnName", o => o.LabelColumnName = ""),
            Row("FeatureColumnName", o => o.FeatureColumnName = null!),
            Row("ScoreColumnName", o => o.ScoreColumnName = ""),
            Row("PredictedLabelColumnName", o => o.PredictedLabelColumnName = "\t"),
            Row("both 'X'", o => o.ScoreColumnName = o.PredictedLabelColumnName = "X"),
            Row("both 'X'", o => o.LabelColumnName = o.FeatureColumnName = "X"),
            Row("Backbone is null", o => o.Backbone = null!),
            Row("Optimizer is null", o => o.Optimizer = null!),
            Row("Schedule is null", o => o.Schedule = null!),
            Row("Augmentation is null", o => o.Augmentation = null!),
            Row("Epochs", o => o.Epochs = 0, o => o.Epochs = 1),
            Row("BatchSize", o => o.BatchSize = 0, o => o.BatchSize = 1),
            Row("Inference is null", o => o.Inference = null!),
            Row(
                "TestTimeAugmentation is 7",
                o => o.Inference = new() { TestTimeAugmentation = (TestTimeAugmentation)7 },
                o => o.Inference = new() { TestTimeAugmentation = TestTimeAugmentation.Mirror }
            ),
            Row("Inference.BatchSize", o => o.InferenceBatchSize = 0, o => o.InferenceBatchSize = 1),
            Row("ValidationFraction", o => o.ValidationFraction = 1, o => o.ValidationFraction = 0.999),
            Row("ValidationFraction", o => o.ValidationFraction = double.NaN),
            Row("ValidationFraction", o => o.ValidationFraction = -0.1),
            Row("choose one", o => (o.ValidationFraction, o.ValidationSet) = (0.1, data), o => o.ValidationSet = data),
            Row("EarlyStopping needs", o => o.EarlyStopping = new(), o => (o.EarlyStopping, o.ValidationSet) = (new(), data)),
            Row(
                "RestoreBestWeights needs",
                o => o.RestoreBestWeights = true,
                o => (o.RestoreBestWeights, o.ValidationFraction) = (true, 0.1)
            ),
            Row(
                "Patience",
                o => (o.EarlyStopping, o.ValidationSet) = (new(Patience: 0), data),
                o => (o.EarlyStopping, o.ValidationSet) = (new(Patience: 1), data)
            ),
            Row("ReduceOnPlateau needs", o => o.ReduceOnPlateau = new(), o => (o.ReduceOnPlateau, o.ValidationSet) = (new(), data)),
            Row("ReduceOnPlateau.Factor", o => (o.ReduceOnPlateau, o.ValidationSet) = (new(Factor: 1), data)),
            Row("ReduceOnPlateau.Factor", o => (o.ReduceOnPlateau, o.ValidationSet) = (new(Factor: double.NaN), data)),
            Row("ReduceOnPlateau.Patience", o => (o.ReduceOnPlateau, o.ValidationSet) = (new(Patience: 0), data)),
            Row("ReduceOnPlateau.Metric", o => (o.ReduceOnPlateau, o.ValidationSet) = (new((ValidationMetric)7), data)),
            Row("ReduceOnPlateau.MinimumImprovement", o => (o.ReduceOnPlateau, o.ValidationSet) = (new(MinimumImprovement: -1), data)),
            Row(
                "falls below 0",
                o => o.Schedule = Schedule.Of("falls below 0", done => 0.5 - done),
                o => o.Schedule = Schedule.Of("falls to 0", done => 1 - done)
            ),
            Row("MinimumImprovement", o => (o.EarlyStopping, o.ValidationSet) = (new(MinimumImprovement: -1), data)),
            Row(
                "Metric",
                o => (o.EarlyStopping, o.ValidationSet) = (new((ValidationMetric)7), data),
                o => (o.EarlyStopping, o.ValidationSet) = (new(ValidationMetric.Accuracy), data)
            ),
            Row("Averaging.Decay", o => o.Averaging = new WeightAverage(1), o => o.Averaging = new WeightAverage(0.999999)),
            Row("Averaging.Decay", o => o.Averaging = new Lookahead(Decay: 1), o => o.Averaging = new Lookahead(Decay: 0)),
            Row("Averaging.Every", o => o.Averaging = new Lookahead(0), o => o.Averaging = new Lookahead(1)),
            Row("Averaging.Power", o => o.Averaging = new Lookahead(Power: double.NaN)),
            Row("Loss is null", o => o.Loss = null!, o => o.Loss = new() { LabelSmoothing = 0.5 }),
            Row("Compute is null", o => o.Compute = null!),
            Row(
                "Compute.AccumulateBatches",
                o => o.Compute = new() { AccumulateBatches = 0 },
                o => o.Compute = new() { AccumulateBatches = 1 }
            ),
            Row("class 2 is -1", o => o.Loss = new() { ClassWeights = ClassWeights.Of(1, -1) }),
            Row("class 1 is NaN", o => o.Loss = new() { ClassWeights = ClassWeights.Of(double.NaN, 1) }),
            Row(
                "all weights are 0",
                o => o.Loss = new() { ClassWeights = ClassWeights.Of(0, 0) },
                o => o.Loss = new() { ClassWeights = ClassWeights.Of(0, 1) }
            ),
            Row("ExampleWeightColumnName", o => o.ExampleWeightColumnName = " ", o => o.ExampleWeightColumnName = "Weight"),
            Row(
                "ReflectedPadding needs",
                o => o.Augmentation = new() { ReflectedPadding = true },
                o => o.Augmentation = new(1) { ReflectedPadding = true }
            ),
            Row(
                "AlternatingFlip needs",
                o => o.Augmentation = new() { AlternatingFlip = true },
                o => o.Augmentation = new(Flip: true) { AlternatingFlip = true }
            ),
            Row(
                "choose one crop",
                o => o.Augmentation = new(1) { ResizedCrop = new() },
                o => o.Augmentation = new(Flip: true) { ResizedCrop = new() }
            ),
            Row("ResizedCrop.SmallestArea", o => o.Augmentation = new() { ResizedCrop = new(0) }),
            Row("ResizedCrop.SmallestArea", o => o.Augmentation = new() { ResizedCrop = new(0.9, 0.8) }),
            Row("ResizedCrop.LargestArea", o => o.Augmentation = new() { ResizedCrop = new(0.5, 1.1) }),
            Row(
                "ResizedCrop.SmallestRatio",
                o => o.Augmentation = new() { ResizedCrop = new(SmallestRatio: 2) },
                o => o.Augmentation = new() { ResizedCrop = new(SmallestRatio: 4.0 / 3) }
            ),
            Row("ResizedCrop.LargestRatio", o => o.Augmentation = new() { ResizedCrop = new(LargestRatio: double.PositiveInfinity) }),
            Row(
                "Color.Contrast is 1.1",
                o => o.Augmentation = new() { Color = new(0, 1.1) },
                o => o.Augmentation = new() { Color = new(0, 1) }
            ),
            Row("are all 0", o => o.Augmentation = new() { Color = new() }, o => o.Augmentation = new() { TrivialAugment = true }),
            Row("Erasing.Probability", o => o.Augmentation = new() { Erasing = new(0) }, o => o.Augmentation = new() { Erasing = new(1) }),
            Row(
                "Erasing.LargestArea is 1.5",
                o => o.Augmentation = new() { Erasing = new(LargestArea: 1.5) },
                o => o.Augmentation = new() { Erasing = new(LargestArea: 1) }
            ),
            Row("Cutout.Size", o => o.Augmentation = new() { Cutout = new(0) }, o => o.Augmentation = new() { Cutout = new(1) }),
            Row(
                "Mixing.Mixup is 0.001",
                o => o.Augmentation = new() { Mixing = new(0.001) },
                o => o.Augmentation = new() { Mixing = new(0.01) }
            ),
            Row(
                "Mixing.CutMix is NaN",
                o => o.Augmentation = new() { Mixing = new(1, double.NaN) },
                o => o.Augmentation = new() { Mixing = new(1, 100) }
            ),
            Row("use null for no mixing", o => o.Augmentation = new() { Mixing = new() }),
            Row(
                "Mixing needs a BatchSize of at least 2",
                o => (o.BatchSize, o.Augmentation) = (1, new() { Mixing = new(1) }),
                o => (o.BatchSize, o.Augmentation) = (2, new() { Mixing = new(1) })
            ),
            Row("CropPadding", o => o.Augmentation = new(-1), o => o.Augmentation = new(0, Flip: true)),
            Row("PixelScale", o => o.PixelScale = 0, o => o.PixelScale = 1),
            Row("PixelScale", o => o.PixelScale = double.PositiveInfinity),
            Row("ImageSize", o => o.ImageSize = new(0, 32), o => o.ImageSize = new(8, 32)),
            Row("LabelSmoothing", o => o.LabelSmoothing = -0.1, o => o.LabelSmoothing = 0.99),
            Row("GradientClipNorm", o => o.GradientClipNorm = 0, o => o.GradientClipNorm = 1e-9),
            Row("GradientClipNorm", o => o.GradientClipNorm = double.NaN),
            Row("KernelL2", o => o.KernelL2 = -1e-9, o => o.KernelL2 = 0.1),
            Row("KernelL2", o => o.KernelL2 = double.PositiveInfinity),
            Row("OptimizerRestartEpochs", o => o.OptimizerRestartEpochs = 0, o => o.OptimizerRestartEpochs = 1),
            Row("OptimizerRestarts holds 0", o => o.OptimizerRestarts = [2, 0], o => o.OptimizerRestarts = [1]),
            Row("OptimizerRestarts is null", o => o.OptimizerRestarts = null!, o => o.OptimizerRestarts = []),
            Row("Threads", o => o.Threads = 0, o => o.Threads = 1),
            Row("Threads is 100000", o => o.Threads = 100_000, o => o.Threads = 16 * Environment.ProcessorCount),
            Row("Threads", o => o.Threads = (16 * Environment.ProcessorCount) + 1),
            Row(
                "PartialSchedule needs PadamOptions",
                o => (o.PartialSchedule, o.Optimizer) = (Schedule.Constant, new AdamOptions()),
                o => o.PartialSchedule = Schedule.Constant
            ),
            Row(
                "takes p to 0.75",
                o => (o.PartialSchedule, o.Optimizer) = (Schedule.Linear(1, 3, ScheduleUnit.Step), new PadamOptions { Partial = 0.25 }),
                o => (o.PartialSchedule, o.Optimizer) = (Schedule.Linear(1, 2, ScheduleUnit.Step), new PadamOptions { Partial = 0.25 })
            ),
            // No step is after the last epoch.
            Row(
                "takes p to 1",
                o => (o.PartialSchedule, o.Optimizer) = (Schedule.MultiStep([o.Epochs - 1], 4), new PadamOptions { Partial = 0.25 }),
                o => (o.PartialSchedule, o.Optimizer) = (Schedule.MultiStep([o.Epochs], 4), new PadamOptions { Partial = 0.25 })
            ),
            Row(
                "warm-up",
                o => (o.Schedule, o.Epochs) = (Schedule.Constant.WithWarmup(5), 5),
                o => (o.Schedule, o.Epochs) = (Schedule.Constant.WithWarmup(5), 6)
            ),
        ];
    }

    private static string Fault(Action<ImageClassificationOptions> change)
    {
        var options = new ImageClassificationOptions();
        change(options);
        return Assert.ThrowsExactly<ArgumentException>(() => MlContext.Padam().ImageClassifier(options)).Message;
    }
}
