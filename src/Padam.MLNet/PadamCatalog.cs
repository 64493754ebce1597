using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.MLNet.Training;

namespace Padam.MLNet;

/// <summary>Makes trainers and loads data. Reached by <see cref="PadamMLContextExtensions.Padam"/>.</summary>
public sealed partial class PadamCatalog
{
    private const int SmallSide = 64;

    private readonly IHostEnvironment _env;

    internal PadamCatalog(IHostEnvironment env)
    {
        MLNetVersion.Require();
        _env = env;
    }

    /// <summary>
    /// An image classifier with the settings that matter most, and the rest as suits the images; the other overload has them all. The rate
    /// falls to a tenth after half and after three quarters of the epochs. Images of up to 64 x 64 are cropped at random (by an eighth of
    /// their side) and mirrored; pictures are resized to 64 x 64 unless the network was trained on another size.
    /// </summary>
    /// <param name="labelColumnName">The label, a key.</param>
    /// <param name="featureColumnName">
    /// The images: Vector&lt;Byte,3,H,W&gt;, Vector&lt;Single,3,H,W&gt;, MLImage, or the bytes of image files (a variable
    /// Vector&lt;Byte&gt;).
    /// </param>
    /// <param name="scoreColumnName">The output of probabilities.</param>
    /// <param name="predictedLabelColumnName">The output of the most probable class.</param>
    /// <param name="backbone">The network. The default value is null: resnet18.</param>
    /// <param name="optimizer">The optimizer. The default value is null: Padam with the report's Table 1.</param>
    /// <param name="epochs">Passes over the training set. The default value is 30.</param>
    /// <param name="batchSize">Images a step. The default value is 128.</param>
    /// <param name="validationSet">Data to measure on after each epoch. The default value is null: none.</param>
    /// <exception cref="ArgumentException">Some arguments are out of range; the message names them all.</exception>
    public ImageClassificationTrainer ImageClassifier(
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        Backbone? backbone = null,
        OptimizerOptionsBase? optimizer = null,
        int epochs = 30,
        int batchSize = 128,
        IDataView? validationSet = null
    )
    {
        var options = new ImageClassificationOptions
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Epochs = epochs,
            Schedule = FallingTwice(epochs),
            BatchSize = batchSize,
            ValidationSet = validationSet,
        };
        if (backbone is not null)
            options.Backbone = backbone;
        if (optimizer is not null)
            options.Optimizer = optimizer;
        return new ImageClassificationTrainer(_env, options, SuitTo);
    }

    /// <summary>An image classifier.</summary>
    /// <exception cref="ArgumentException">Some options are out of range; the message names them all.</exception>
    public ImageClassificationTrainer ImageClassifier(ImageClassificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ImageClassificationTrainer(_env, options);
    }

    /// <summary>Images as a training would see them, to look at before hours of it.</summary>
    /// <param name="input">Some rows, such as the first ones; all are read, and mixed as one batch.</param>
    /// <param name="options">
    /// All are checked as for a training. Of these count the columns, what says how images are read (a pretrained backbone's size among
    /// it), <see cref="ImageClassificationOptions.CancellationToken"/>, and <see cref="ImageClassificationOptions.Augmentation"/>,
    /// <see cref="ImageClassificationOptions.Normalization"/> (where null, measured over the given rows alone) and
    /// <see cref="ImageClassificationOptions.Seed"/>. The first rows of a training set, with the same seed, are varied as in the training;
    /// they are mixed with others there.
    /// </param>
    /// <param name="epochs">Epochs, from the first; at least 0.</param>
    /// <returns>For each row the image as it is, and as each epoch would see it.</returns>
    /// <exception cref="ArgumentException">
    /// Some options are out of range, a column is missing or of the wrong type, or there are more than 2^31 values.
    /// </exception>
    /// <exception cref="InvalidDataException">A row cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<PreviewedImage>> PreviewAugmentation(
        IDataView input,
        ImageClassificationOptions options,
        int epochs = 7
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        string faults = string.Join(Environment.NewLine, options.Validate());
        if (faults.Length > 0)
            throw new ArgumentException(faults);
        int seed = options.Seed ?? HostSettings.Seed(_env) ?? Random.Shared.Next();
        return AugmentationPreview.Of(TrainingColumns.Of(input, options), options, options.Normalization, seed, epochs);
    }

    /// <summary>
    /// A pretrained network without its last layer, whose vectors go before any trainer of ML.NET; the other overload has all settings.
    /// </summary>
    /// <param name="backbone">The network. The default value is null: mlnet-resnet18.</param>
    /// <param name="weights">
    /// Its weights, <c>.safetensors</c> or <c>.onnx</c>. The default value is null, for mlnet-resnet18 alone: those of ML.NET's package.
    /// </param>
    /// <param name="outputColumnName">The column of vectors, Vector&lt;Single&gt;.</param>
    /// <param name="inputColumnName">
    /// The images: MLImage, Vector&lt;Byte,3,H,W&gt;, Vector&lt;Single,3,H,W&gt;, or the bytes of image files (a variable
    /// Vector&lt;Byte&gt;).
    /// </param>
    /// <exception cref="ArgumentException">Some arguments cannot be used; the message names them all.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there; the message says which.</exception>
    public ImageFeaturizingEstimator ImageFeaturizer(
        Backbone? backbone = null,
        string? weights = null,
        string outputColumnName = "Features",
        string inputColumnName = "Image"
    )
    {
        var options = new ImageFeaturizingOptions
        {
            Weights = weights,
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
        };
        return ImageFeaturizer(backbone is null ? options : options with { Backbone = backbone });
    }

    /// <summary>A pretrained network without its last layer, whose vectors go before any trainer of ML.NET.</summary>
    /// <exception cref="ArgumentException">Some options cannot be used; the message names them all.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there; the message says which.</exception>
    public ImageFeaturizingEstimator ImageFeaturizer(ImageFeaturizingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ImageFeaturizingEstimator(_env, options);
    }

    /// <summary>
    /// The range test (Smith, arXiv 1506.01186, section 3.3): trains for some steps at a rate that rises from each to the next, and says
    /// how the loss moved. Nothing is kept of the network; validation, checkpoints, averages and callbacks are left out.
    /// </summary>
    /// <param name="options">
    /// The training that the rate is for; its optimizer's rate and its schedule do not matter, but that AdaBound's final rate stays in
    /// proportion. A <see cref="CustomOptimizerOptions"/> is refused: its factory sets the rates.
    /// </param>
    /// <param name="data">Its training set.</param>
    /// <param name="from">The first rate, above 0. The default value is 1e-6.</param>
    /// <param name="to">
    /// The last rate, above the first. The default value is 10; the test ends where the loss is four times its lowest.
    /// </param>
    /// <param name="steps">Steps, at least 10. The default value is 100.</param>
    /// <exception cref="ArgumentException">Some arguments or options are out of range; the message names them all.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public LearningRateCurve FindLearningRate(
        ImageClassificationOptions options,
        IDataView data,
        double from = 1e-6,
        double to = 10,
        int steps = 100
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 10);
        return LearningRateSearch.Run(_env, options, data, from, to, steps);
    }

    private static Schedule FallingTwice(int epochs)
    {
        int[] milestones = [.. new[] { epochs / 2, 3 * epochs / 4 }.Where(milestone => milestone > 0).Distinct()];
        return milestones.Length == 0 ? Schedule.Constant : Schedule.MultiStep(milestones);
    }

    // What the short overload leaves open until it sees the images.
    private static void SuitTo(ImageColumn images, ImageClassificationOptions options, IChannel log)
    {
        ImageSize? known = images.Shape is { } shape
            ? new(shape.Height, shape.Width)
            : images.SizeOfType ?? options.Backbone.Pretraining?.Size;
        if (known is null)
        {
            options.ImageSize = new(SmallSide, SmallSide);
            log.Info(
                MessageSensitivity.None,
                $"Pictures are resized to {SmallSide} x {SmallSide}; the overload with ImageClassificationOptions has ImageSize for "
                    + "another."
            );
        }

        ImageSize size = known ?? options.ImageSize!.Value;
        if (size.Height <= SmallSide && size.Width <= SmallSide)
            options.Augmentation = new(CropPadding: Math.Min(size.Height, size.Width) / 8, Flip: true);
    }
}
