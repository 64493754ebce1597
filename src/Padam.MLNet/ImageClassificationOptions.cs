using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Native;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.MLNet.Training;

namespace Padam.MLNet;

/// <summary>Everything an image classification training can be told. All faults are reported together when the trainer is made.</summary>
public sealed partial class ImageClassificationOptions : ITrainingOptions
{
    /// <summary>The label column, a key. The default value is "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>
    /// The image column: Vector&lt;Byte,3,H,W&gt;, Vector&lt;Single,3,H,W&gt;, MLImage, or the bytes of image files (a variable
    /// Vector&lt;Byte&gt;). The default value is "Features".
    /// </summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>
    /// A column of what each training row counts for in the loss, a Single of at least 0, as ML.NET's trainers have it; see
    /// <see cref="MLNet.Loss"/>. The default value is null: all rows count the same.
    /// </summary>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>The output column of probabilities, Vector&lt;Single,classes&gt;. The default value is "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>
    /// The output column of the most probable class, a key with the label's values. The default value is "PredictedLabel".
    /// </summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>The network. The default value is resnet18.</summary>
    public Backbone Backbone { get; set; } = Backbone.Parse("resnet18");

    /// <summary>The optimizer and its settings. The default value is <see cref="PadamOptions"/> with the report's Table 1.</summary>
    public OptimizerOptionsBase Optimizer { get; set; } = new PadamOptions();

    /// <summary>
    /// Passes over the training set; 0 makes a model of <see cref="InitialWeights"/> as they are. The default value is 200, as in the
    /// paper.
    /// </summary>
    public int Epochs { get; set; } = 200;

    /// <summary>
    /// Images a step. The default value is 128. A last batch of a single image joins the one before it, for batch normalisation's sake.
    /// </summary>
    public int BatchSize { get; set; } = 128;

    /// <summary>The learning rate over time, as a factor of the optimizer's. The default value is constant.</summary>
    public Schedule Schedule { get; set; } = Schedule.Constant;

    /// <summary>
    /// Padam's p over time, as a factor of <see cref="PadamOptions.Partial"/>. The default value is null: p stays. Needs
    /// <see cref="PadamOptions"/>.
    /// </summary>
    public Schedule? PartialSchedule { get; set; }

    /// <summary>
    /// Data with the columns that the trainer reads, measured after each epoch and never trained on. Where steps before the trainer make
    /// them, give both sets through the steps: <c>prepared = steps.Fit(train)</c>, <c>ValidationSet = prepared.Transform(validation)</c>,
    /// and the trainer is fitted on <c>prepared.Transform(train)</c>. The default value is null.
    /// </summary>
    public IDataView? ValidationSet { get; set; }

    /// <summary>
    /// The fraction of the training rows, drawn by the seed, to set apart for validation; 0 to below 1. The default value is 0. Excludes
    /// <see cref="ValidationSet"/>.
    /// </summary>
    public double ValidationFraction { get; set; }

    /// <summary>When to stop for want of improvement on the validation set. The default value is null: never.</summary>
    public EarlyStopping? EarlyStopping { get; set; }

    /// <summary>
    /// When to lower the learning rate for want of improvement on the validation set; it multiplies <see cref="Schedule"/>. The default
    /// value is null: never.
    /// </summary>
    public ReduceOnPlateau? ReduceOnPlateau { get; set; }

    /// <summary>
    /// Whether the model is that of the epoch that was best on the validation set, by <see cref="EarlyStopping"/>'s metric (without it, by
    /// accuracy). To follow another metric and never stop, give that a patience of as many epochs as there are:
    /// <c>EarlyStopping = new(ValidationMetric.MacroF1, Patience: epochs)</c>. The default value is false: the last epoch's.
    /// </summary>
    public bool RestoreBestWeights { get; set; }

    /// <summary>
    /// Whether the model is an average along the training: <see cref="WeightAverage"/> or <see cref="Lookahead"/>. The default value is
    /// null: the last step's weights.
    /// </summary>
    public Averaging? Averaging { get; set; }

    /// <summary>
    /// Called after each epoch, on the thread that trains. An exception from it ends the training and reaches the caller of Fit. The
    /// default value is null.
    /// </summary>
    public Action<EpochMetrics>? MetricsCallback { get; set; }

    /// <summary>Called after each batch, on the thread that trains: for progress bars. The default value is null.</summary>
    public Action<TrainingProgress>? ProgressCallback { get; set; }

    /// <summary>
    /// Decides every random draw. The default value is null: the MLContext's; where that has none, one is drawn and recorded in the log and
    /// the model.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>
    /// Ends the reading between two rows, and the training between two batches, with an <see cref="OperationCanceledException"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>
    /// Mean and deviation of each channel. The default value is null: measured on the training set; with <see cref="InitialWeights"/> of a
    /// network for photographs, those with which such networks were trained.
    /// </summary>
    public Normalization? Normalization { get; set; }

    /// <summary>How training images are varied. The default value is <see cref="Augmentation.None"/>.</summary>
    public Augmentation Augmentation { get; set; } = Augmentation.None;

    /// <summary>
    /// Which value is white in a Vector&lt;Single&gt; column. The default value is 255. (For all others it is always 255.)
    /// </summary>
    public double PixelScale { get; set; } = 255;

    /// <summary>
    /// The size that pictures (MLImages and image files) are brought to, as <see cref="Preprocessing"/> says. The default value is null:
    /// for networks for photographs 224 x 224, for others as the data has it, one size for all.
    /// </summary>
    public ImageSize? ImageSize { get; set; }

    /// <summary>How pictures become pixels; the model keeps it. The default value is <see cref="ImagePreprocessing"/>'s defaults.</summary>
    public ImagePreprocessing Preprocessing { get; set; } = new();

    /// <summary>
    /// Whether rows whose picture is missing, damaged or too large are left out of training and validation; the log
    /// counts them and names the first. The default value is false: the first one ends the training with its row and path. Scoring never
    /// skips.
    /// </summary>
    public bool SkipBadImages { get; set; }

    /// <summary>What is minimised. The default value is the mean cross entropy.</summary>
    public Loss Loss { get; set; } = new();

    /// <summary><see cref="Loss"/>'s <see cref="MLNet.Loss.LabelSmoothing"/>. The default value is 0.</summary>
    public double LabelSmoothing
    {
        get => Loss?.LabelSmoothing ?? 0;
        set => Loss = (Loss ?? new()) with { LabelSmoothing = value };
    }

    /// <summary>How a step is computed. The default value is <see cref="MLNet.Compute"/>'s defaults.</summary>
    public Compute Compute { get; set; } = new();

    /// <summary>The largest L2 norm of all gradients together; longer ones are scaled down. The default value is null: no limit.</summary>
    public double? GradientClipNorm { get; set; }

    /// <summary>
    /// Adds this many times the sum of squares of all convolution and dense kernels to the loss (2 * KernelL2 * w to the gradient), as
    /// Keras's <c>kernel_regularizer=l2(...)</c> does. The default value is 0. It acts beside the optimizer's WeightDecay: set that to 0 to
    /// have this alone.
    /// </summary>
    public double KernelL2 { get; set; }

    /// <summary>
    /// Starts with a fresh optimizer state after every so many epochs, as the report's scripts do. The default value is null: never.
    /// </summary>
    public int? OptimizerRestartEpochs { get; set; }

    /// <summary>
    /// Starts with a fresh optimizer state after each of these whole epochs too, such as the milestones of the schedule. The default value
    /// is empty: never.
    /// </summary>
    public IReadOnlyList<int> OptimizerRestarts { get; set; } = [];

    /// <summary>
    /// A file to start from: <c>.safetensors</c> with PyTorch's names, such as a checkpoint of the authors' networks or torchvision's
    /// weights, or <c>.onnx</c>, such as <see cref="PretrainedWeights.MLNetResNet18"/>. Prefixes that are common to all names are taken
    /// off. Of another class count, or without one, the last layer starts afresh; the log says so. The default value is null: fresh
    /// weights.
    /// </summary>
    public string? InitialWeights { get; set; }

    /// <summary>
    /// Layers ("conv1", "layer1", "features.0", with all inside them) or parameters whose weights stay as they are; frozen batch
    /// normalisation keeps its statistics too. The default value is none.
    /// </summary>
    public IReadOnlyList<string> FrozenLayers { get; set; } = [];

    /// <summary>
    /// A folder for the training's checkpoint: weights, optimizer state, position, best weights so far. One training at a time may use it.
    /// The default value is null: none is written.
    /// </summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>
    /// The epochs between two checkpoints. The default value is 1. A cancelled training writes one too, in mid-epoch, before it ends.
    /// </summary>
    public int CheckpointEvery { get; set; } = 1;

    /// <summary>
    /// Whether to go on from the checkpoint in <see cref="CheckpointFolder"/>, if there is one: on the CPU the training ends with the same
    /// bytes as if it had never stopped. The last one of a finished training stays there, and with more <see cref="Epochs"/> the training
    /// goes on, unless <see cref="ValidateForMoreEpochs"/> says why not. The default value is false: a checkpoint in the way is refused.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>How the model scores. The default value is <see cref="MLNet.Inference"/>'s defaults.</summary>
    public Inference Inference { get; set; } = new();

    /// <summary><see cref="Inference"/>'s <see cref="MLNet.Inference.BatchSize"/>. The default value is 128.</summary>
    public int InferenceBatchSize
    {
        get => (Inference ?? new()).BatchSize;
        set => Inference = (Inference ?? new()) with { BatchSize = value };
    }

    /// <summary>
    /// How the built-in networks compute convolutions on the CPU, in training and in scoring. The default value is
    /// <see cref="ConvolutionAlgorithm.Auto"/>.
    /// </summary>
    public ConvolutionAlgorithm ConvolutionAlgorithm { get; set; } = ConvolutionAlgorithm.Auto;

    /// <summary>
    /// Bytes of images that stay in memory; the others go, decoded, to a temporary file and are read from it batch by batch. The model is
    /// the same either way. The default value is null: half of the memory that is free when the training starts.
    /// </summary>
    public long? ImageMemoryLimit { get; set; }

    /// <summary>
    /// CPU threads of the training, 1 to <see cref="MostThreads"/>; afterwards libtorch has as many as before. The default value is null:
    /// libtorch's own choice.
    /// </summary>
    public int? Threads { get; set; }

    /// <summary>
    /// The processes that train the network together: <see cref="Mpi.World"/>, of a program that <c>mpirun</c> starts several times. Each
    /// batch of <see cref="BatchSize"/> images is shared out, gradients are added up before the optimizer's step, and all have the same
    /// weights after it. Validation is shared too. Callbacks are called, and checkpoints written, by the first rank; all must be told the
    /// same and be given the same data. The model is on all of them. Where <see cref="Threads"/> is null, ranks divide the processors of a
    /// machine. On CPUs alone. The default value is null: this process trains alone.
    /// </summary>
    public Communicator? Distributed { get; set; }

    /// <summary>
    /// Whether <see cref="Layers.BatchNorm"/> normalises by the whole batch where <see cref="Distributed"/> shares it out, so that any
    /// number of ranks gives one process's result within rounding; it sends two small sums a layer each way. The default value is false:
    /// each rank normalises its share by itself, and running statistics are those of the first rank's, as in PyTorch's
    /// DistributedDataParallel.
    /// </summary>
    public bool SynchronizedBatchNorm { get; set; }

    /// <summary>The most <see cref="Threads"/> on this machine: 16 for each processor.</summary>
    public static int MostThreads => ThreadCount.Most;

    /// <summary>So that a trainer does not see what its caller changes later.</summary>
    internal ImageClassificationOptions Copy() => (ImageClassificationOptions)MemberwiseClone();

    /// <summary>
    /// What makes a training with these options another one from its first step when it is told more <see cref="Epochs"/>, so that it
    /// cannot go on from the checkpoint of one that was told fewer; one sentence each, nothing where it can. Constant, multi-step and step
    /// decay schedules can, after a warm-up too.
    /// </summary>
    public IEnumerable<string> ValidateForMoreEpochs() => MoreEpochs.Faults(this);
}
