using Padam.MLNet.Data;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet;

public sealed partial class ImageClassificationOptions
{
    /// <summary>What is wrong with these options, those of their parts included, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (
            (string option, string column) in new[]
            {
                (nameof(LabelColumnName), LabelColumnName),
                (nameof(FeatureColumnName), FeatureColumnName),
                (nameof(ScoreColumnName), ScoreColumnName),
                (nameof(PredictedLabelColumnName), PredictedLabelColumnName),
            }
        )
        {
            if (string.IsNullOrWhiteSpace(column))
                yield return $"{option} is empty.";
        }

        if (ExampleWeightColumnName is not null && string.IsNullOrWhiteSpace(ExampleWeightColumnName))
            yield return "ExampleWeightColumnName is empty; use null for none.";
        if (ScoreColumnName == PredictedLabelColumnName)
            yield return $"ScoreColumnName and PredictedLabelColumnName are both '{ScoreColumnName}'.";
        if (LabelColumnName == FeatureColumnName)
            yield return $"LabelColumnName and FeatureColumnName are both '{LabelColumnName}'.";
        if (Backbone is null)
            yield return "Backbone is null; use Backbone.Parse(\"resnet18\"), say.";
        if (Optimizer is null)
            yield return "Optimizer is null; use new PadamOptions(), say.";
        if (Schedule is null)
            yield return "Schedule is null; use Schedule.Constant.";
        if (Augmentation is null)
            yield return "Augmentation is null; use Augmentation.None.";
        if (Epochs < (InitialWeights is null ? 1 : 0))
            yield return $"Epochs is {Epochs}; it must be at least 1 (or 0, to make a model of InitialWeights as they are).";
        if (BatchSize < 1)
            yield return $"BatchSize is {BatchSize}; it must be at least 1.";
        if (BatchSize == 1 && Augmentation?.Mixing is not null)
            yield return "Augmentation.Mixing needs a BatchSize of at least 2: each image is mixed with another of its batch.";
        if (Inference is null)
            yield return "Inference is null; use new Inference().";
        if (!(ValidationFraction is >= 0 and < 1))
            yield return $"ValidationFraction is {ValidationFraction}; it must be at least 0 and below 1.";
        if (ValidationFraction > 0 && ValidationSet is not null)
            yield return "ValidationSet and ValidationFraction are both given; choose one.";
        if (ValidationFraction == 0 && ValidationSet is null)
        {
            if (EarlyStopping is not null)
                yield return "EarlyStopping needs a ValidationSet or a ValidationFraction.";
            if (ReduceOnPlateau is not null)
                yield return "ReduceOnPlateau needs a ValidationSet or a ValidationFraction.";
            if (RestoreBestWeights)
                yield return "RestoreBestWeights needs a ValidationSet or a ValidationFraction.";
        }

        if (!(PixelScale > 0) || double.IsInfinity(PixelScale))
            yield return $"PixelScale is {PixelScale}; it must be above 0 (255, or 1 for pixels already scaled).";
        if (Preprocessing is null)
            yield return "Preprocessing is null; use new ImagePreprocessing().";
        if (Loss is null)
            yield return "Loss is null; use new Loss().";
        if (Compute is null)
            yield return "Compute is null; use new Compute().";
        if (GradientClipNorm is { } norm && !(norm > 0))
            yield return $"GradientClipNorm is {norm}; it must be above 0, or null for no limit.";
        if (!(KernelL2 >= 0) || double.IsInfinity(KernelL2))
            yield return $"KernelL2 is {KernelL2}; it must be at least 0.";
        if (OptimizerRestartEpochs is < 1)
            yield return $"OptimizerRestartEpochs is {OptimizerRestartEpochs}; it must be at least 1, or null for never.";
        if (OptimizerRestarts is null)
            yield return "OptimizerRestarts is null; use an empty list for none.";
        else if (OptimizerRestarts.Any(epoch => epoch < 1))
            yield return $"OptimizerRestarts holds {OptimizerRestarts.First(epoch => epoch < 1)}; each must be at least 1.";
        if (InitialWeights is not null && !File.Exists(InitialWeights))
            yield return $"InitialWeights: the file '{InitialWeights}' does not exist.{MissingPath.Hint(InitialWeights)}";
        if (FrozenLayers is null)
            yield return "FrozenLayers is null; use an empty list for none.";
        if (!Enum.IsDefined(ConvolutionAlgorithm))
            yield return $"ConvolutionAlgorithm {ConvolutionAlgorithm} is not known; use "
                + $"{string.Join(", ", Enum.GetNames<ConvolutionAlgorithm>())}.";
        if (CheckpointEvery < 1)
            yield return $"CheckpointEvery is {CheckpointEvery}; it must be at least 1.";
        if (Resume && CheckpointFolder is null)
            yield return "Resume needs a CheckpointFolder.";
        if (ImageMemoryLimit is < 0)
            yield return $"ImageMemoryLimit is {ImageMemoryLimit}; it must be at least 0 bytes, or null for half of the free memory.";
        if (Threads is < 1 || Threads > MostThreads)
            yield return $"Threads is {Threads}; it must be from 1 to {MostThreads} on this machine, or null for libtorch's choice.";
        if (BatchSize >= 1 && Distributed?.Size > BatchSize)
            yield return $"BatchSize is {BatchSize}; it must be at least {Distributed.Size}, an image for each rank of Distributed.";
        if (SynchronizedBatchNorm && Distributed is null)
            yield return "SynchronizedBatchNorm needs Distributed: one process normalises by the whole batch.";
        if (PartialSchedule is not null && Optimizer is not PadamOptions and not null)
            yield return "PartialSchedule needs PadamOptions: no other optimizer has a p.";
        if (
            PartialSchedule is not null
            && Optimizer is PadamOptions padam
            && Epochs >= 1
            && !PartialSchedule.Validate(Epochs).Any()
            && padam.Partial * PartialSchedule.Largest(Epochs) is > PadamOptions.LargestPartial and var largest
        )
            yield return $"PartialSchedule takes p to {largest:0.######}; the largest is 1/2, AMSGrad.";
        foreach (string fault in FaultsOfParts())
            yield return fault;
    }

    private IEnumerable<string> FaultsOfParts() =>
        [
            .. EarlyStopping?.Validate().Select(fault => $"{nameof(EarlyStopping)}.{fault}") ?? [],
            .. Loss?.Validate().Select(fault => $"{nameof(Loss)}.{fault}") ?? [],
            .. Inference?.Validate().Select(fault => $"{nameof(Inference)}.{fault}") ?? [],
            .. Compute?.Validate().Select(fault => $"{nameof(Compute)}.{fault}") ?? [],
            .. Averaging?.Validate().Select(fault => $"{nameof(Averaging)}.{fault}") ?? [],
            .. ReduceOnPlateau?.Validate().Select(fault => $"{nameof(ReduceOnPlateau)}.{fault}") ?? [],
            .. Augmentation?.Validate().Select(fault => $"{nameof(Augmentation)}.{fault}") ?? [],
            .. ImageSize?.Validate().Select(fault => $"{nameof(ImageSize)}.{fault}") ?? [],
            .. Preprocessing?.Validate().Select(fault => $"{nameof(Preprocessing)}.{fault}") ?? [],
            .. Optimizer?.Validate() ?? [],
            .. Epochs < 1 ? [] : Schedule?.Validate(Epochs) ?? [],
            .. Epochs < 1 ? [] : PartialSchedule?.Validate(Epochs) ?? [],
        ];
}
