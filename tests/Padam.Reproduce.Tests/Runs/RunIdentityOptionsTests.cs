using System.Reflection;
using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>Which of the library's options a run's id is made of.</summary>
[TestClass]
public sealed class RunIdentityOptionsTests
{
    /// <summary>
    /// Whoever adds an option to the library decides here whether it is part of what makes two runs the same: then
    /// <see cref="RunIdentity"/> says it, but only where it is not what runs had before it was there.
    /// </summary>
    [TestMethod]
    public void Every_option_of_the_library_is_part_of_it_or_known_not_to_change_the_outcome()
    {
        string[] inText =
        [
            "Backbone",
            "Optimizer",
            "Epochs",
            "BatchSize",
            "Schedule",
            "PartialSchedule",
            "ValidationFraction",
            "Loss",
            "Compute",
            "Inference",
            "EarlyStopping",
            "Averaging",
            "ReduceOnPlateau",
            "RestoreBestWeights",
            "Seed",
            "Normalization",
            "Augmentation",
            "PixelScale",
            "ImageSize",
            "Preprocessing",
            "SkipBadImages",
            "LabelSmoothing",
            "GradientClipNorm",
            "KernelL2",
            "OptimizerRestartEpochs",
            "OptimizerRestarts",
            "InitialWeights",
            "FrozenLayers",
            "InferenceBatchSize",
            "ConvolutionAlgorithm",
        ];
        string[] notOfTheOutcome =
        [
            "LabelColumnName",
            "FeatureColumnName",
            "ExampleWeightColumnName",
            "ScoreColumnName",
            "PredictedLabelColumnName",
            "ValidationSet",
            "MetricsCallback",
            "ProgressCallback",
            "CancellationToken",
            "CheckpointFolder",
            "CheckpointEvery",
            "Resume",
            "ImageMemoryLimit",
            "Threads",
            // Into how many shares a batch is normalised is in the settings.
            "Distributed",
            "SynchronizedBatchNorm",
        ];
        CollectionAssert.AreEquivalent(inText.Concat(notOfTheOutcome).ToArray(), Names(typeof(ImageClassificationOptions)));
        string[] varied = ["CropPadding", "Flip", "ReflectedPadding", "AlternatingFlip", "ResizedCrop", "Color"];
        CollectionAssert.AreEquivalent(
            varied.Concat(["TrivialAugment", "Erasing", "Cutout", "Mixing"]).ToArray(),
            Names(typeof(Augmentation))
        );
        CollectionAssert.AreEquivalent(new[] { "LabelSmoothing", "ClassWeights" }, Names(typeof(Loss)));
        CollectionAssert.AreEquivalent(new[] { "Precision", "AccumulateBatches", "DropPartBatch" }, Names(typeof(Compute)));
        CollectionAssert.AreEquivalent(new[] { "ExifOrientation", "BackgroundColor", "Resize" }, Names(typeof(ImagePreprocessing)));
        CollectionAssert.AreEquivalent(new[] { "BatchSize", "TestTimeAugmentation" }, Names(typeof(Inference)));
        string[] adaptive = ["Name", "LearningRate", "WeightDecay", "Rules", "Beta1", "Beta2", "Epsilon"];
        (Type Type, string[] Own)[] optimizers =
        [
            (typeof(PadamOptions), ["Partial", "AmsGrad", "DecoupledWeightDecay", "EpsilonPlacement"]),
            (typeof(AdamOptions), ["UncorrectedEpsilon", "AmsGrad"]),
            (typeof(AmsGradOptions), ["UncorrectedEpsilon", "AmsGrad"]),
            (typeof(AdamWOptions), []),
            (typeof(YogiOptions), []),
            (typeof(AdaBoundOptions), ["FinalLearningRate", "Gamma", "AmsBound"]),
        ];
        foreach ((Type type, string[] own) in optimizers)
            CollectionAssert.AreEquivalent(adaptive.Concat(own).ToArray(), Names(type), type.Name);
        CollectionAssert.AreEquivalent(
            new[] { "Name", "LearningRate", "WeightDecay", "Rules", "Momentum", "Nesterov" },
            Names(typeof(SgdOptions))
        );
    }

    private static string[] Names(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];
}
