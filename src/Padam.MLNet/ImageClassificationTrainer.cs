using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
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
        using IChannel channel = _host.Start("Training");
        ImageClassificationOptions options = _options.Copy();
        Communicator ranks = options.Distributed ?? Communicator.Alone;
        // The first rank speaks for all.
        IChannel log = ranks.Rank == 0 ? channel : new QuietChannel(channel);
        if (ranks.Rank > 0)
            (options.MetricsCallback, options.ProgressCallback) = (null, null);
        return ranks.StepByStep(() => Fit(input, options, ranks, log));
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

    private ImageClassificationTransformer Fit(IDataView input, ImageClassificationOptions options, Communicator ranks, IChannel log)
    {
        var neighbours = Neighbours.Of(ranks);
        if (neighbours.OnMachine > 1)
            options.ImageMemoryLimit ??= ImageMemory.HalfOfWhatIsFree / neighbours.OnMachine;
        int drawn = ranks.OfFirst(Random.Shared.Next());
        using Preparation prepared = ranks.Together(() =>
        {
            _suit?.Invoke(ImageColumn.Of(input.Schema, options.FeatureColumnName), options, log);
            return Preparation.Make(_host, input, options, ranks, neighbours, _fitted, drawn, log);
        });
        RankAgreement.Require(ranks, options, prepared);
        log.Info(MessageSensitivity.None, Plan(options, prepared, ranks));
        log.Info(
            MessageSensitivity.None,
            OpenMP.Library is { } runtime
                ? $"OpenMP: {runtime}; the kernels run on its threads, which are libtorch's."
                : "OpenMP: none whose threads can be shared; the kernels run on .NET's thread pool."
        );

        // From here on: the data before it are read by code of the caller's.
        using var state = TorchState.Enter();
        int epoch = Train(prepared.Context(state, IsCancelled));
        prepared.First.Network.ToChannelsLast();
        Interlocked.Increment(ref _fitted);
        return new ImageClassificationTransformer(_host, Describe(options, prepared, epoch), prepared.First.Release(), prepared.Device);
    }

    private static int Train(TrainingContext context)
    {
        Communicator ranks = context.Ranks;
        ranks.Together(() => FirstWeights.Take(context));
        ranks.TakeOfFirst(context.Network.NamedState().Select(entry => entry.Tensor));
        using TrainingRun run = ranks.Together(() => new TrainingRun(context));
        return run.Run();
    }

    private bool IsCancelled() => _options.CancellationToken.IsCancellationRequested || HostSettings.IsCanceled(_host);

    private static string Plan(ImageClassificationOptions options, Preparation prepared, Communicator ranks) =>
        $"{options.Backbone.Name} on {prepared.Device}, {(ranks.Size > 1 ? $"{ranks.Size} ranks, " : "")}{get_num_threads()} threads: "
        + $"{prepared.Data.Training.Rows.Length} images of {prepared.Data.Training.Images.Shape}, {prepared.Data.Labels.Classes} classes, "
        + $"{prepared.Data.Validation?.Rows.Length ?? 0} for validation; {options.Epochs} epochs of batches of {options.BatchSize}; "
        + $"{options.Optimizer}; schedule {options.Schedule}; seed {prepared.Seed}.";

    private static ModelDescription Describe(ImageClassificationOptions options, Preparation prepared, int epoch) =>
        new ModelDescription
        {
            Backbone = options.Backbone.Name,
            BackboneSettings = options.Backbone.Settings,
            Classes = prepared.Data.Labels.Classes,
            Labels = prepared.Data.Labels.Values,
            Height = prepared.Data.Training.Images.Shape.Height,
            Width = prepared.Data.Training.Images.Shape.Width,
            Preprocessing = PreprocessingDescription.Of(prepared.Preprocessing),
            Mean = prepared.Normalization.Mean,
            StandardDeviation = prepared.Normalization.StandardDeviation,
            PixelScale = options.PixelScale,
            Pixels = prepared.Data.Training.Images.Pixels,
            LabelColumnName = options.LabelColumnName,
            FeatureColumnName = options.FeatureColumnName,
            ScoreColumnName = options.ScoreColumnName,
            PredictedLabelColumnName = options.PredictedLabelColumnName,
            InferenceBatchSize = options.InferenceBatchSize,
            ConvolutionAlgorithm = options.ConvolutionAlgorithm,
            Optimizer = TrainingSettings.InInvariantCulture(options.Optimizer.ToString),
            Seed = prepared.Seed,
            Epochs = epoch,
        }.With(options.Inference.TestTimeAugmentation);
}
