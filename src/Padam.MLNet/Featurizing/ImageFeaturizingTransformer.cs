using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Padam.MLNet;
using Padam.MLNet.Featurizing;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

// This is how a plain mlContext.Model.Load finds the class below in a process that never called into this library.
[assembly: LoadableClass(
    typeof(ImageFeaturizingTransformer),
    typeof(ImageFeaturizingTransformer),
    null,
    typeof(SignatureLoadModel),
    "Padam image featurizer",
    ModelZip.FeaturizerLoader
)]

namespace Padam.MLNet;

/// <summary>
/// A pretrained network without its last layer: adds a vector to each image of a view. Any number of threads may use one; disposing frees
/// the network's tensors, after which views made from it throw <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class ImageFeaturizingTransformer : ITransformer, IDisposable
{
    private readonly FeaturizerDescription _model;
    private readonly SharedNetwork _network;

    /// <summary>Takes over a network.</summary>
    internal ImageFeaturizingTransformer(FeaturizerDescription model, nn.Module<Tensor, Tensor> network, Device device)
    {
        _model = model;
        _network = new SharedNetwork(model, network, device, nameof(ImageFeaturizingTransformer));
    }

    /// <summary>The name of the network, such as "mlnet-resnet18".</summary>
    public string BackboneName => _model.Backbone;

    /// <summary>Numbers a vector, such as 512.</summary>
    public int Features => _model.Features;

    /// <summary>The size of the images that the network takes.</summary>
    public ImageSize ImageSize => new(_model.Height, _model.Width);

    /// <summary>The column that images are read from.</summary>
    public string InputColumnName => _model.FeatureColumnName;

    /// <summary>The column of vectors.</summary>
    public string OutputColumnName => _model.OutputColumnName;

    /// <summary>How pictures become pixels; loaders take it.</summary>
    public ImagePreprocessing Preprocessing => _model.ReadPreprocessing();

    /// <summary>Always true: prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema that <see cref="Transform"/> yields for an input's.</summary>
    /// <exception cref="ArgumentException">The image column is missing or holds no images, or vectors of another size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new FeatureSchema(inputSchema, _model).Output;
    }

    /// <summary>Adds the vectors, computed in batches while the result is read.</summary>
    /// <exception cref="ArgumentException">The image column is missing or holds no images, or vectors of another size.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _network.ThrowIfDisposed();
        return new ScoredDataView(input, new FeatureSchema(input.Schema, _model), _network);
    }

    /// <summary>
    /// Writes the network as an ONNX file of operator set 17, for ONNX Runtime and others, that takes pixels as they are: <c>Features</c>
    /// [N, 3, height, width], planes of red, green and blue, of any number of images; float32 with
    /// <see cref="ImageFeaturizingOptions.PixelScale"/> as white. It yields <c>Vectors</c> [N, features]. The metadata hold the image size
    /// and how pictures become pixels. Of ML.NET's steps around the network nothing is in it: <c>mlContext.Model.ConvertToOnnx</c>
    /// (Microsoft.ML.OnnxConverter) converts a pipeline.
    /// </summary>
    /// <param name="path">The file. An old one stays until the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="NotSupportedException">The weights take more than the 2 GB that an ONNX file holds.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveOnnx(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OnnxModelFile.Write(_network, path);
    }

    /// <summary>Frees the network. Waits for uses under way on other threads.</summary>
    public void Dispose() => _network.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _network.ThrowIfDisposed();
        return new RowScorer(new FeatureSchema(inputSchema, _model), _network);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        using SharedNetwork.Holding held = _network.Hold();
        using var state = TorchState.EnterWithoutGradients();
        ModelZip.Featurizer.WriteHeader(ctx);
        ModelPayload.Write(_model, held.Network, (entry, write) => ModelZip.Write(ctx, entry, write));
    }

    /// <summary>Called by ML.NET, by reflection, when a zip is loaded.</summary>
    private static ImageFeaturizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        MLNetVersion.Require();
        var saved = SavedNetwork<FeaturizerDescription>.Load(
            env,
            ctx,
            ModelZip.Featurizer,
            ModelPayload.FeaturizerEntry,
            ModelPayload.ReadFeaturizer
        );
        return new ImageFeaturizingTransformer(saved.Model, saved.Network, saved.Device);
    }
}
