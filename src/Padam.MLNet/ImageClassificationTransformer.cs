using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Persistence;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

// This is how a plain mlContext.Model.Load finds the class below in a process that never called into this library.
[assembly: LoadableClass(
    typeof(ImageClassificationTransformer),
    typeof(ImageClassificationTransformer),
    null,
    typeof(SignatureLoadModel),
    "Padam image classifier",
    ModelZip.ClassifierLoader
)]

namespace Padam.MLNet;

/// <summary>
/// A trained image classifier: adds PredictedLabel and Score to a view. Any number of threads may use one; disposing frees the network's
/// tensors, after which views made from it throw <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class ImageClassificationTransformer : ITransformer, IDisposable
{
    private readonly ModelDescription _model;
    private readonly SharedNetwork _network;

    /// <summary>Takes over a network.</summary>
    internal ImageClassificationTransformer(IHostEnvironment env, ModelDescription model, nn.Module<Tensor, Tensor> network, Device device)
    {
        Host = env.Register(nameof(ImageClassificationTransformer));
        _model = model;
        _network = new SharedNetwork(model, network, device, nameof(ImageClassificationTransformer));
    }

    /// <summary>The name of the network, such as "resnet18".</summary>
    public string BackboneName => _model.Backbone;

    /// <summary>How many classes Score has.</summary>
    public int Classes => _model.Classes;

    /// <summary>The classes' names in the order of Score, numbers as invariant text; null where the label's keys had no values.</summary>
    public IReadOnlyList<string>? ClassNames => _model.Labels.Values;

    /// <summary>The column that images are read from.</summary>
    public string FeatureColumnName => _model.FeatureColumnName;

    /// <summary>The size of the images it takes.</summary>
    public ImageSize ImageSize => new(_model.Height, _model.Width);

    /// <summary>How pictures become pixels, in training and in scoring; loaders take it.</summary>
    public ImagePreprocessing Preprocessing => _model.ReadPreprocessing();

    /// <summary>The seed that every draw of the training came from.</summary>
    public int Seed => _model.Seed;

    /// <summary>The epoch whose weights these are.</summary>
    public int Epoch => _model.Epochs;

    internal IHost Host { get; }

    /// <summary>Always true: prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema that <see cref="Transform(IDataView)"/> yields for an input's.</summary>
    /// <exception cref="ArgumentException">
    /// The feature column is missing or holds no images, or vectors of another size, or of another scale: singles for a model trained on
    /// bytes or MLImages, or the other way round. Or the label column's keys stand for other classes than the model's; data without a label
    /// column, or without texts as its keys, is taken.
    /// </exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoreSchema(inputSchema, _model).Output;
    }

    /// <summary>Adds PredictedLabel and Score, computed in batches while the result is read.</summary>
    /// <exception cref="ArgumentException">
    /// The feature column is missing or holds no images, or vectors of another size, or of another scale: singles for a model trained on
    /// bytes or MLImages, or the other way round. Or the label column's keys stand for other classes than the model's; data without a label
    /// column, or without texts as its keys, is taken.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _network.ThrowIfDisposed();
        return new ScoredDataView(input, new ScoreSchema(input.Schema, _model), _network);
    }

    /// <summary>
    /// Adds PredictedLabel and Score, to the last digit those of one process, computed at once by all ranks together, which take the
    /// batches of <see cref="Inference.BatchSize"/> images in turns: an image is read by one of them. Each rank then holds the scores of
    /// all rows, 4 bytes a class and row, and ML.NET's evaluators measure them. With one rank it is <see cref="Transform(IDataView)"/>.
    /// </summary>
    /// <param name="input">The data, the same rows in the same order on all ranks.</param>
    /// <param name="ranks">
    /// Who scores: <see cref="Mpi.World"/>. All call this, with the same model, and not while they train. libtorch's threads are meanwhile
    /// at most the processors divided by the ranks that run on them.
    /// </param>
    /// <exception cref="ArgumentException">As <see cref="Transform(IDataView)"/> throws it.</exception>
    /// <exception cref="InvalidOperationException">
    /// A rank has another model, or another number of rows, than the first, or failed otherwise, and all end; the message has which one.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IDataView Transform(IDataView input, Communicator ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        return ranks.Size == 1 ? Transform(input) : ranks.StepByStep(() => ScoredBy(ranks, input));
    }

    /// <summary>
    /// The pixels of one image file as the model sees them, turned upright and resized: 3 x height x width bytes, planes of red, green and
    /// blue, which a <c>Vector&lt;Byte,3,H,W&gt;</c> column takes. So that a service decodes each upload by itself, on any thread, refuses
    /// it by itself, and scores those that came together as one batch.
    /// </summary>
    /// <param name="file">The file's bytes; of at most <see cref="PadamCatalog.LargestImagePixels"/>.</param>
    /// <exception cref="BadImageException">It is no image, is cut off or damaged, or its header says too many pixels.</exception>
    /// <exception cref="InvalidOperationException">The model was trained on vectors of singles.</exception>
    public byte[] DecodeImage(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ModelInput.Pixels(file, _model);
    }

    /// <summary>
    /// Where in each image the network finds what speaks for a class: Grad-CAM (Selvaraju et al., arXiv 1610.02391), computed image by
    /// image while the result is read.
    /// </summary>
    /// <param name="input">Data as <see cref="Transform(IDataView)"/> takes it.</param>
    /// <param name="classIndex">The class, from 0 in the order of Score. The default value is null: each image's most probable one.</param>
    /// <exception cref="ArgumentException">
    /// The data is not what <see cref="Transform(IDataView)"/> takes, or there is no such class.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network is a registered one, whose layers are not known.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IEnumerable<ClassActivationMap> Explain(IDataView input, int? classIndex = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (classIndex is { } asked && (asked < 0 || asked >= Classes))
            throw new ArgumentOutOfRangeException(nameof(classIndex), asked, $"The classes are 0 to {Classes - 1}.");
        return ClassActivations.Of(_network, new ScoreSchema(input.Schema, _model), input, classIndex);
    }

    /// <summary>The image classifier in a loaded model: the model itself, or the last one in its chain.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    [RequiresUnreferencedCode(PublishAdvice.Trimming)]
    [RequiresDynamicCode(PublishAdvice.NativeAot)]
    public static ImageClassificationTransformer Find(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return FindOrNull(model)
            ?? throw new ArgumentException($"The model ({model.GetType().Name}) holds no image classifier of Padam.MLNet.", nameof(model));
    }

    /// <summary>Writes the weights for other programs; the zip is the way to keep a model for ML.NET.</summary>
    /// <param name="path">The file. An old one stays until the new one is complete.</param>
    /// <param name="format">Whose names and layout.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveWeights(string path, WeightsFormat format)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(
                nameof(format),
                format,
                $"Use one of {string.Join(", ", Enum.GetNames<WeightsFormat>())}."
            );
        using SharedNetwork.Holding held = _network.Hold();
        using var state = TorchState.EnterWithoutGradients();
        if (format == WeightsFormat.Safetensors)
            Safetensors.Write(path, held.Network.PlainState());
        else
            KerasWeights.Write(path, held.Network.PlainState());
    }

    /// <summary>
    /// Writes the network as an ONNX file of operator set 17, for ONNX Runtime and others, that takes pixels as they are: <c>Features</c>
    /// [N, 3, height, width], planes of red, green and blue, of any number of images; uint8 for a model trained on bytes or pictures, else
    /// float32 with PixelScale as white. It yields <c>Score</c> [N, classes], probabilities, the stored
    /// <see cref="TestTimeAugmentation"/> included, and <c>PredictedLabel</c> [N], int64, the most probable class from 0.
    /// The metadata hold the class names and how pictures become pixels. Of ML.NET's steps around the network nothing is in it:
    /// <c>mlContext.Model.ConvertToOnnx</c> (Microsoft.ML.OnnxConverter) converts a pipeline.
    /// </summary>
    /// <param name="path">The file. An old one stays until the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="NotSupportedException">
    /// A registered network has a module whose meaning is not known, or the weights take more than the 2 GB that an ONNX file holds.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveOnnx(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OnnxModelFile.Write(_network, path);
    }

    /// <summary>Frees the network. Waits for scores under way on other threads.</summary>
    public void Dispose() => _network.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _network.ThrowIfDisposed();
        return new RowScorer(new ScoreSchema(inputSchema, _model), _network);
    }

    private SharedScoresView ScoredBy(Communicator ranks, IDataView input)
    {
        (ScoreSchema schema, string model) = ranks.Together(() =>
        {
            ArgumentNullException.ThrowIfNull(input);
            using SharedNetwork.Holding held = _network.Hold();
            using var state = TorchState.EnterWithoutGradients();
            return (new ScoreSchema(input.Schema, _model), ModelPayload.Sha256(_model, held.Network));
        });
        ranks.RequireSame("The model's SHA-256", model);
        return new(input, schema, _network, SharedScores.Of(input, schema, _network, ranks));
    }

    private static ImageClassificationTransformer? FindOrNull(ITransformer model) =>
        model as ImageClassificationTransformer
        ?? (model as IEnumerable<ITransformer>)?.Reverse().Select(FindOrNull).FirstOrDefault(found => found is not null);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        using SharedNetwork.Holding held = _network.Hold();
        using var state = TorchState.EnterWithoutGradients();
        ModelZip.Classifier.WriteHeader(ctx);
        ModelPayload.Write(_model, held.Network, (entry, write) => ModelZip.Write(ctx, entry, write));
    }

    /// <summary>Called by ML.NET, by reflection, when a zip is loaded.</summary>
    private static ImageClassificationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        MLNetVersion.Require();
        var saved = SavedNetwork<ModelDescription>.Load(
            env,
            ctx,
            ModelZip.Classifier,
            ModelPayload.DescriptionEntry,
            ModelPayload.ReadDescription
        );
        return new ImageClassificationTransformer(env, saved.Model, saved.Network, saved.Device);
    }
}
