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
        "FrozenLayers",
        "InferenceBatchSize",
        "ConvolutionAlgorithm",
        "ImageMemoryLimit",
    ];

    [TestMethod]
    public void Each_option_of_the_library_that_the_console_sets_has_the_consoles_name()
    {
        foreach (
            string name in typeof(ImageClassificationOptions)
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(property => property.Name)
                .Except(NeverSet)
        )
            Assert.AreNotEqual($"{name} is 0; it must be 1.", ConsoleWords.Of($"{name} is 0; it must be 1."), name);
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
    public void Advice_is_what_can_be_done_from_a_command_line(string said, string expected) =>
        Assert.AreEqual(expected, ConsoleWords.Of(said));

    [TestMethod]
    public void Names_in_quotes_stay_as_they_are() =>
        Assert.AreEqual(
            "'/data/Threads: x/Epochs is.bin' and \"Seed is\" are libtorch's",
            ConsoleWords.Of("'/data/Threads: x/Epochs is.bin' and \"Seed is\" are libtorch's")
        );
}
