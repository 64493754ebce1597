using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Scoring;
using static Microsoft.ML.SchemaShape.Column;
using static Padam.MLNet.MLNetInternals.SchemaShapeColumn;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>
/// Adds to each image the vector that a pretrained network gives its last layer: what any trainer of ML.NET can work on. Made by
/// <see cref="PadamCatalog.ImageFeaturizer(ImageFeaturizingOptions)"/>. Nothing is learnt from the data.
/// </summary>
public sealed class ImageFeaturizingEstimator : IEstimator<ImageFeaturizingTransformer>
{
    private readonly IHost _host;
    private readonly ImageFeaturizingOptions _options;
    private readonly string _weights;

    internal ImageFeaturizingEstimator(IHostEnvironment env, ImageFeaturizingOptions options)
    {
        string faults = string.Join(Environment.NewLine, options.Validate());
        if (faults.Length > 0)
            throw new ArgumentException(faults);
        _host = env.Register(nameof(ImageFeaturizingEstimator));
        _options = options;
        _weights = options.Weights ?? options.Backbone.Pretraining!.Weights!();
    }

    /// <summary>Loads the network. The data are looked at for the type of their image column alone.</summary>
    /// <returns>The transformer. Dispose it to free the network's tensors.</returns>
    /// <exception cref="ArgumentException">
    /// The image column is missing or of the wrong type, or the network cannot carry images of its size.
    /// </exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or of another network; the message says which.</exception>
    public ImageFeaturizingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using IChannel log = _host.Start("Featurizing");
        ImageShape shape = ShapeOf(ImageColumn.Of(input.Schema, _options.InputColumnName));
        _options.Backbone.CheckImageSize(shape.Height, shape.Width);
        Device device = NetworkDevice.Of(_host, log);
        using var state = TorchState.Enter();
        FeaturizerDescription model = Describe(shape, features: 1);
        NetworkDescription.RequireBatch(_options.BatchSize, shape, outputs: 1);
        // What is drawn is replaced, but for the last layer, which is never run.
        var network = (Network)new RandomStream(seed: 0).Draw(() => _options.Backbone.Build(model.LastLayer));
        try
        {
            log.Info(MessageSensitivity.UserData, WeightsFile.Load(network, _weights).Describe(_weights, classes: null));
            network.PlaceOn(device);
            network.ToChannelsLast();
            network.Use(_options.ConvolutionAlgorithm);
            return new ImageFeaturizingTransformer(model with { Features = network.FeatureCount }, network, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Checks the image column before there are data, and promises the column of vectors.</summary>
    /// <exception cref="ArgumentException">The column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _ = ImageColumnShape.Find(inputSchema, _options.InputColumnName);
        return new SchemaShape(
            inputSchema
                .Where(column => column.Name != _options.OutputColumnName)
                .Append(Of(_options.OutputColumnName, VectorKind.Vector, NumberDataViewType.Single))
        );
    }

    private ImageShape ShapeOf(ImageColumn images)
    {
        if (images.Shape is { } own)
            return own;
        ImageSize size =
            _options.ImageSize
            ?? _options.Backbone.Pretraining?.Size
            ?? throw new ArgumentException(
                $"Column '{_options.InputColumnName}' holds images of any size, and {_options.Backbone.Name} names none: set ImageSize."
            );
        return new(size.Height, size.Width);
    }

    private FeaturizerDescription Describe(ImageShape shape, int features)
    {
        Normalization normalization = _options.Normalization ?? _options.Backbone.Pretraining!.Normalization;
        return new()
        {
            Backbone = _options.Backbone.Name,
            BackboneSettings = _options.Backbone.Settings,
            Features = features,
            Height = shape.Height,
            Width = shape.Width,
            Preprocessing = PreprocessingDescription.Of(_options.Preprocessing),
            Mean = normalization.Mean,
            StandardDeviation = normalization.StandardDeviation,
            PixelScale = _options.PixelScale,
            FeatureColumnName = _options.InputColumnName,
            OutputColumnName = _options.OutputColumnName,
            InferenceBatchSize = _options.BatchSize,
            ConvolutionAlgorithm = _options.ConvolutionAlgorithm,
        };
    }
}
