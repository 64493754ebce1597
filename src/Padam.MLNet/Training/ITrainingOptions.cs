using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Training;

/// <summary>What a training is told: the part of ImageClassificationOptions, which says what each means, that this room reads.</summary>
internal interface ITrainingOptions
{
    string LabelColumnName { get; }

    string FeatureColumnName { get; }

    string? ExampleWeightColumnName { get; }

    Backbone Backbone { get; }

    OptimizerOptionsBase Optimizer { get; }

    int Epochs { get; }

    int BatchSize { get; }

    Schedule Schedule { get; }

    Schedule? PartialSchedule { get; }

    IDataView? ValidationSet { get; }

    double ValidationFraction { get; }

    EarlyStopping? EarlyStopping { get; }

    ReduceOnPlateau? ReduceOnPlateau { get; }

    bool RestoreBestWeights { get; }

    Averaging? Averaging { get; }

    Action<EpochMetrics>? MetricsCallback { get; }

    Action<TrainingProgress>? ProgressCallback { get; }

    CancellationToken CancellationToken { get; }

    Augmentation Augmentation { get; }

    double PixelScale { get; }

    ImageSize? ImageSize { get; }

    ImagePreprocessing Preprocessing { get; }

    bool SkipBadImages { get; }

    Loss Loss { get; }

    Compute Compute { get; }

    double? GradientClipNorm { get; }

    double KernelL2 { get; }

    int? OptimizerRestartEpochs { get; }

    IReadOnlyList<int> OptimizerRestarts { get; }

    string? InitialWeights { get; }

    IReadOnlyList<string> FrozenLayers { get; }

    int CheckpointEvery { get; }

    Inference Inference { get; }

    ConvolutionAlgorithm ConvolutionAlgorithm { get; }

    long? ImageMemoryLimit { get; }

    string? CheckpointFolder { get; }

    bool Resume { get; }

    int? Seed { get; }

    Normalization? Normalization { get; }

    int? Threads { get; }

    Communicator? Distributed { get; }

    bool SynchronizedBatchNorm { get; }
}
