using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Scoring;
using Padam.MLNet.Training;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>
/// Trains a convolutional network on images and their classes: an ordinary ML.NET estimator. Made by
/// <see cref="PadamCatalog.ImageClassifier(ImageClassificationOptions)"/>.
/// </summary>
public sealed class ImageClassificationTrainer : IEstimator<ImageClassificationTransformer>
{
    private readonly IHost _host;
    private readonly ImageClassificationOptions _options;
    private readonly Action<ImageColumn, ImageClassificationOptions, IChannel>? _suit;
    private int _fitted;

    /// <param name="env">ML.NET's context.</param>
    /// <param name="options">What is to be done.</param>
    /// <param name="suit">Sets, in a copy, what depends on the images; null for nothing.</param>
    internal ImageClassificationTrainer(
        IHostEnvironment env,
        ImageClassificationOptions options,
        Action<ImageColumn, ImageClassificationOptions, IChannel>? suit = null
    )
    {
        _suit = suit;
        MLNetVersion.Require();
        string faults = string.Join(Environment.NewLine, options.Validate());
        if (faults.Length > 0)
            throw new ArgumentException(faults);
        _host = env.Register(nameof(ImageClassificationTrainer));
        _options = options.Copy();
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">
    /// Rows with a label and an image each. They are read once, before the first step, and kept as they came: in memory up to
    /// <see cref="ImageClassificationOptions.ImageMemoryLimit"/>, in a temporary file beyond it.
    /// </param>
    /// <returns>The trained model. Dispose it to free its tensors.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, or the network cannot carry images of this size.
    /// </exception>
    /// <exception cref="InvalidDataException">A row cannot be trained on, or the data has no rows or only one class.</exception>
    /// <exception cref="BadImageException">
    /// An image is missing, undecodable or too large, and <see cref="ImageClassificationOptions.SkipBadImages"/> is off.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// The images, or a step on a batch of them, cannot fit; the message says what to change.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or no number.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using IChannel log = _host.Start("Training");
        ImageClassificationOptions options = _options.Copy();
        _suit?.Invoke(ImageColumn.Of(input.Schema, options.FeatureColumnName), options, log);
        var columns = TrainingColumns.Of(input, options);
        Device device = NetworkDevice.Of(_host, log);
        TrainingPrecision.Require(options.Compute.Precision, device, log);
        using var threads = new ThreadCount(options.Threads);
        using CheckpointFolder? checkpoints = options.CheckpointFolder is { } folder ? CheckpointFolder.Open(folder, _fitted) : null;
        Checkpoint? start = checkpoints?.Find(options.Resume);
        if (start is not null)
            MoreEpochs.Require(start.Position, options, checkpoints!.File);
        int seed = options.Seed ?? HostSettings.Seed(_host) ?? start?.Position.Seed ?? Random.Shared.Next();
        using var first = FirstNetwork.Make(options, columns, seed, device, checkpoints is not null, log);

        bool stratified = start is null || start.Position.StratifiedValidation == true;
        // A checkpoint that does not say how it resized goes on as it began.
        ImagePreprocessing preprocessing = start is { Position.Resampling: null }
            ? options.Preprocessing with
            {
                ResizedBySkia = true,
            }
            : options.Preprocessing;
        using var data = TrainingData.Read(columns, options, seed, stratified, preprocessing);
        if (data.ImagesInFile > 0)
            log.Info(MessageSensitivity.None, $"{data.ImagesInFile} images are beyond ImageMemoryLimit and kept in a temporary file.");
        foreach (string line in data.Warnings(preprocessing))
            log.Warning(MessageSensitivity.UserData, line);
        float[]? weights = RowWeights.Of(data.Training, options.Loss.ClassWeights, data.Labels.Classes);
        NetworkDescription.RequireBatch(options.Inference.BatchSize, data.Training.Images.Shape, data.Labels.Classes);
        int batch = BatchAssembly.Longest(data.Training.Rows.Length, options.BatchSize, options.Compute.DropPartBatch);
        BatchLimit.Require(
            batch,
            Math.Max(data.Training.Images.Shape.Values, data.Labels.Classes),
            $"images of {data.Training.Images.Shape}"
        );
        first.RequireRoom(data.Training.Images.Shape, batch);
        Normalization normalization =
            options.Normalization
            ?? (options.InitialWeights is null ? null : options.Backbone.Pretraining?.Normalization)
            ?? NormalizationMeasure.Of(data.Training.Images, data.Training.Rows, options.PixelScale);
        IReadOnlyDictionary<string, string> settings = checkpoints is null
            ? new Dictionary<string, string>()
            : TrainingSettings.Of(options, data, normalization, seed);
        if (start is not null)
            checkpoints!.RequireSame(start.Position.In(options.Epochs), settings);
        checkpoints?.RemoveHalfWritten();
        log.Info(MessageSensitivity.None, Plan(options, data, device, seed));
        log.Info(
            MessageSensitivity.None,
            OpenMP.Library is { } runtime
                ? $"OpenMP: {runtime}; the kernels run on its threads, which are libtorch's."
                : "OpenMP: none whose threads can be shared; the kernels run on .NET's thread pool."
        );

        // From here on: the data before it are read by code of the caller's.
        using var state = TorchState.Enter();
        int epoch;
        using (
            var run = new TrainingRun(
                new TrainingContext
                {
                    Options = options,
                    Data = data,
                    Normalization = normalization,
                    Network = first.Network,
                    Frozen = first.Frozen,
                    Device = device,
                    Seed = seed,
                    Random = first.Random,
                    UserCode = first.UserCode,
                    State = state,
                    Log = log,
                    IsCancelled = IsCancelled,
                    Settings = settings,
                    StratifiedValidation = stratified,
                    Checkpoints = checkpoints,
                    RowWeights = weights,
                    Preprocessing = preprocessing,
                    Start = start,
                }
            )
        )
            epoch = run.Run();
        first.Network.ToChannelsLast();
        Interlocked.Increment(ref _fitted);
        return new ImageClassificationTransformer(
            _host,
            Describe(options, data, preprocessing, normalization, seed, epoch),
            first.Release(),
            device
        );
    }

    /// <summary>Checks the input's columns before any training and promises the output's: the input's, PredictedLabel and Score.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        new ScoreSchemaShape(
            _options.LabelColumnName,
            _options.FeatureColumnName,
            _options.ScoreColumnName,
            _options.PredictedLabelColumnName,
            _options.ExampleWeightColumnName
        ).Output(inputSchema);

    private bool IsCancelled() => _options.CancellationToken.IsCancellationRequested || HostSettings.IsCanceled(_host);

    private static string Plan(ImageClassificationOptions options, TrainingData data, Device device, int seed) =>
        $"{options.Backbone.Name} on {device}, {get_num_threads()} threads: {data.Training.Rows.Length} images of "
        + $"{data.Training.Images.Shape}, {data.Labels.Classes} classes, "
        + $"{data.Validation?.Rows.Length ?? 0} for validation; {options.Epochs} epochs of batches of {options.BatchSize}; "
        + $"{options.Optimizer}; schedule {options.Schedule}; seed {seed}.";

    private static ModelDescription Describe(
        ImageClassificationOptions options,
        TrainingData data,
        ImagePreprocessing preprocessing,
        Normalization normalization,
        int seed,
        int epoch
    ) =>
        new ModelDescription
        {
            Backbone = options.Backbone.Name,
            BackboneSettings = options.Backbone.Settings,
            Classes = data.Labels.Classes,
            Labels = data.Labels.Values,
            Height = data.Training.Images.Shape.Height,
            Width = data.Training.Images.Shape.Width,
            Preprocessing = PreprocessingDescription.Of(preprocessing),
            Mean = normalization.Mean,
            StandardDeviation = normalization.StandardDeviation,
            PixelScale = options.PixelScale,
            Pixels = data.Training.Images.Pixels,
            LabelColumnName = options.LabelColumnName,
            FeatureColumnName = options.FeatureColumnName,
            ScoreColumnName = options.ScoreColumnName,
            PredictedLabelColumnName = options.PredictedLabelColumnName,
            InferenceBatchSize = options.InferenceBatchSize,
            ConvolutionAlgorithm = options.ConvolutionAlgorithm,
            Optimizer = TrainingSettings.InInvariantCulture(options.Optimizer.ToString),
            Seed = seed,
            Epochs = epoch,
        }.With(options.Inference.TestTimeAugmentation);
}
