using System.Reflection;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Tests.Exits;

[TestClass]
public sealed class ConsoleWordsTests
{
    /// <summary>The library's options that the console never sets, so that no fault of theirs can reach its user.</summary>
    private static readonly string[] NeverSet =
    [
        "LabelColumnName",
        "FeatureColumnName",
        "ScoreColumnName",
        "PredictedLabelColumnName",
        "PartialSchedule",
        "ValidationFraction",
        "EarlyStopping",
        "RestoreBestWeights",
        "MetricsCallback",
        "ProgressCallback",
        "CancellationToken",
        "Normalization",
        "Augmentation",
        "PixelScale",
        "ImageSize",
        "Preprocessing",
        "SkipBadImages",
        "ExampleWeightColumnName",
        "Loss", // its parts have names
        "Compute",
        "Inference",
        "KernelL2",
        "OptimizerRestartEpochs",
        "OptimizerRestarts",
        "FrozenLayers",
        "InferenceBatchSize",
        "ConvolutionAlgorithm",
        "ImageMemoryLimit",
        "Averaging.Power",
        "Compute.DropPartBatch",
        "Inference.BatchSize",
    ];

    /// <summary>The options whose members have names of their own, with the records that they may be.</summary>
    private static readonly (string Option, Type Part)[] Parts =
    [
        (nameof(ImageClassificationOptions.Averaging), typeof(WeightAverage)),
        (nameof(ImageClassificationOptions.Averaging), typeof(Lookahead)),
        (nameof(ImageClassificationOptions.Compute), typeof(Compute)),
        (nameof(ImageClassificationOptions.Inference), typeof(Inference)),
        (nameof(ImageClassificationOptions.Loss), typeof(Loss)),
    ];

    [TestMethod]
    public void Each_option_of_the_library_that_the_console_sets_has_the_consoles_name()
    {
        foreach (
            string name in Names(typeof(ImageClassificationOptions))
                .Concat(Parts.SelectMany(part => Names(part.Part).Select(name => $"{part.Option}.{name}")))
                .Except(NeverSet)
        )
            Assert.AreNotEqual($"{name} is 0; it must be 1.", ConsoleWords.Of($"{name} is 0; it must be 1."), name);

        static IEnumerable<string> Names(Type type) =>
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
    }

    [TestMethod]
    [DataRow("InitialWeights: the file 'w' does not exist.", "--weights: the file 'w' does not exist.")]
    [DataRow(
        "The loss is NaN in epoch 1, batch 2: the training has diverged. Lower the learning rate (x), add a warm-up, or set "
            + "GradientClipNorm.",
        "The loss is NaN in epoch 1, batch 2: the training has diverged. Lower the learning rate (x), or use --warmup or --clip-norm."
    )]
    [DataRow(
        "GpuDeviceId is 0, but libtorch sees no CUDA device. Set FallbackToCpu, or leave GpuDeviceId null.",
        "--device is 0, but libtorch sees no CUDA device. Use --device cpu."
    )]
    [DataRow("Replace or remove the file, or set SkipBadImages.", "Replace or remove the file.")]
    [DataRow("It is wrong. (Parameter 'name')", "It is wrong.")]
    [DataRow("Augmentation.CropPadding: a move by 9 can", "--augment crop or reflect: a move by 9 can")]
    [DataRow("Compute.AccumulateBatches is 0; it must be at least 1.", "--accumulate is 0; it must be at least 1.")]
    [DataRow("Compute.Precision is BFloat16, and this processor", "--precision is bfloat16, and this processor")]
    [DataRow("Inference.TestTimeAugmentation is MirrorAndShift, with which", "--tta is shift, with which")]
    [DataRow(
        "Averaging.Power is 3, and Lookahead's decay grows over the whole training: only 0 leaves its beginning as it was.",
        "The recipe's Lookahead grows over the whole training, so that fewer epochs begin otherwise."
    )]
    [DataRow("Inference.TestTimeAugmentation is Mirror, with which", "--tta is mirror, with which")]
    [DataRow("Loss.ClassWeights: there are 3 weights, and column", "--class-weights: there are 3 weights, and column")]
    [DataRow("Loss.LabelSmoothing is 1; it must be", "--label-smoothing is 1; it must be")]
    [DataRow("Averaging.Every is 5, and the training has 3 steps", "--lookahead is 5, and the training has 3 steps")]
    [DataRow(
        "A step takes 9 GB. Set BatchSize to 37 or less, or take smaller images (ImageSize).",
        "A step takes 9 GB. Use a --batch-size of 37 or less, or a smaller network."
    )]
    [DataRow(
        "It is beyond 2 GiB. Set BatchSize to 5 or less; Compute.AccumulateBatches makes one step of several batches.",
        "It is beyond 2 GiB. Use a --batch-size of 5 or less; --accumulate makes one step of several batches."
    )]
    [DataRow(
        "None fits. Take smaller images (ImageSize, Transforms.ResizeImages) or a smaller network.",
        "None fits. Take a smaller network."
    )]
    [DataRow("None fits. Take smaller images (ImageSize, Transforms.ResizeImages).", "None fits. Take smaller images.")]
    [DataRow("They stay. Take a smaller Every, or more epochs.", "They stay. Use a smaller --lookahead, or more --epochs.")]
    [DataRow("On the CPU. Use Precision.Float32, or set GpuDeviceId.", "On the CPU. Use --precision float32, or --device cuda.")]
    [DataRow("It has none. Use Precision.Float32.", "It has none. Use --precision float32.")]
    [DataRow("Build it of Dense, or use Precision.Float32.", "Build it of Dense, or use --precision float32.")]
    [DataRow("Beta1 must be at least 0 and below 1, but is 1.", "--beta1 must be at least 0 and below 1, but is 1.")]
    [DataRow("Inference.BatchSize is 0; it must be", "Inference.BatchSize is 0; it must be")]
    public void Advice_is_what_can_be_done_from_a_command_line(string said, string expected) =>
        Assert.AreEqual(expected, ConsoleWords.Of(said));

    [TestMethod]
    public void Names_in_quotes_stay_as_they_are() =>
        Assert.AreEqual(
            "'/data/Threads: x/Epochs is.bin' and \"Seed is\" are libtorch's",
            ConsoleWords.Of("'/data/Threads: x/Epochs is.bin' and \"Seed is\" are libtorch's")
        );
}
