using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Persistence;
using Padam.MLNet.Persistence.Bridge;
using Padam.MLNet.Scoring;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>
/// Trains a convolutional network on images and their classes: an ordinary ML.NET estimator. Made by <see cref="PadamCatalog.ImageClassifier(ImageClassificationOptions)"/>.
/// </summary>
public sealed class ImageClassificationTrainer : IEstimator<ImageClassificationTransformer>
{
    private readonly IHost _host;
    private readonly ImageClassificationOptions _options;

    internal ImageClassificationTrainer(IHostEnvironment env, ImageClassificationOptions options)
    {
        options.Validate();
        _host = env.Register(nameof(ImageClassificationTrainer));
        _options = options.Copy();
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">Rows with a label and an image each. Read once, into memory.</param>
    /// <returns>The trained model. Dispose it to free its tensors.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or the network cannot carry images of this size.</exception>
    /// <exception cref="InvalidDataException">A row cannot be trained on, or the data has no rows or only one class.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or no number.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using IChannel log = _host.Start("Training");
        Device device = TrainingDevice.Of(_host, log);
        if (_options.Threads is { } threads) set_num_threads(threads);
        int seed = _options.Seed ?? HostSettings.Seed(_host) ?? Random.Shared.Next();
        var data = TrainingData.Read(input, _options, seed, _options.CancellationToken);
        Normalization normalization = _options.Normalization ?? NormalizationMeasure.Of(data.Training.Images, data.Training.Rows, Scale(data));
        log.Info(MessageSensitivity.None, Plan(data, device, seed));

        nn.Module<Tensor, Tensor> network = FreshNetwork.Build(_options.Backbone, data.Labels.Classes, seed);
        try
        {
            network.ToChannelsLast();
            network.to(device);
            int epoch;
            using (var run = new TrainingRun(_options, data, normalization, network, device, seed, log, StopIfCancelled)) epoch = run.Run();
            return new ImageClassificationTransformer(_host, new NetworkLease(Describe(data, normalization, seed, epoch), network, device));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Checks the input's columns before any training and promises the output's: the input's, PredictedLabel and Score.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => TrainerShape.Output(inputSchema, _options);

    private double Scale(TrainingData data) => data.Training.Images.IsBytes ? 255 : _options.PixelScale;

    private void StopIfCancelled()
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        if (HostSettings.IsCanceled(_host)) throw new OperationCanceledException("The MLContext was cancelled.");
    }

    private string Plan(TrainingData data, Device device, int seed) =>
        $"{_options.Backbone.Name} on {device}, {get_num_threads()} threads: {data.Training.Rows.Length} images of {data.Training.Images.Shape}, {data.Labels.Classes} classes, "
        + $"{data.Validation?.Rows.Length ?? 0} for validation; {_options.Epochs} epochs of batches of {_options.BatchSize}; {_options.Optimizer}; schedule {_options.Schedule}; seed {seed}.";

    private ModelDescription Describe(TrainingData data, Normalization normalization, int seed, int epoch) => new()
    {
        Backbone = _options.Backbone.Name,
        BackboneSettings = _options.Backbone.Settings,
        Classes = data.Labels.Classes,
        Labels = data.Labels.Values,
        Height = data.Training.Images.Shape.Height,
        Width = data.Training.Images.Shape.Width,
        ResizeImages = _options.ImageSize is not null,
        Mean = normalization.Mean,
        StandardDeviation = normalization.StandardDeviation,
        PixelScale = _options.PixelScale,
        FeatureColumnName = _options.FeatureColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        InferenceBatchSize = _options.InferenceBatchSize,
        Optimizer = _options.Optimizer.ToString(),
        Seed = seed,
        Epochs = epoch,
    };
}
