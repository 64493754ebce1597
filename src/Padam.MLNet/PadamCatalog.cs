using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet;

/// <summary>The way in: <c>mlContext.Padam()</c>.</summary>
public static class PadamMLContextExtensions
{
    /// <summary>Trainers and loaders of Padam.MLNet.</summary>
    public static PadamCatalog Padam(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new PadamCatalog(mlContext);
    }
}

/// <summary>Makes trainers and loads data. Reached by <see cref="PadamMLContextExtensions.Padam"/>.</summary>
public sealed class PadamCatalog
{
    /// <summary>
    /// The most pixels (height times width) that <see cref="LoadImageFolder"/> decodes: 8192 x 8192. A file whose header says more is
    /// refused before any memory is taken for them.
    /// </summary>
    public const long LargestImagePixels = ImageFile.LargestPixels;

    private readonly IHostEnvironment _env;

    internal PadamCatalog(IHostEnvironment env) => _env = env;

    /// <summary>An image classifier with the settings that matter most; the other overload has them all.</summary>
    /// <param name="labelColumnName">The label, a key.</param>
    /// <param name="featureColumnName">The images: Vector&lt;Byte,3,H,W&gt;, Vector&lt;Single,3,H,W&gt; or MLImage.</param>
    /// <param name="scoreColumnName">The output of probabilities.</param>
    /// <param name="predictedLabelColumnName">The output of the most probable class.</param>
    /// <param name="backbone">The network. The default value is null: resnet18.</param>
    /// <param name="optimizer">The optimizer. The default value is null: Padam with the report's Table 1.</param>
    /// <param name="epochs">Passes over the training set.</param>
    /// <param name="batchSize">Images a step.</param>
    /// <param name="validationSet">Data to measure on after each epoch. The default value is null: none.</param>
    /// <exception cref="ArgumentException">Some arguments are out of range; the message names them all.</exception>
    public ImageClassificationTrainer ImageClassifier(
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        Backbone? backbone = null,
        OptimizerOptionsBase? optimizer = null,
        int epochs = 200,
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
            BatchSize = batchSize,
            ValidationSet = validationSet,
        };
        if (backbone is not null)
            options.Backbone = backbone;
        if (optimizer is not null)
            options.Optimizer = optimizer;
        return ImageClassifier(options);
    }

    /// <summary>An image classifier.</summary>
    /// <exception cref="ArgumentException">Some options are out of range; the message names them all.</exception>
    public ImageClassificationTrainer ImageClassifier(ImageClassificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ImageClassificationTrainer(_env, options);
    }

    /// <summary>CIFAR-10's binary files: Label, a key with the class names, and Features, Vector&lt;Byte,3,32,32&gt;, red first.</summary>
    /// <param name="folder">
    /// Where data_batch_1..5.bin, test_batch.bin and batches.meta.txt lie. Any whole number of records is valid.
    /// </param>
    /// <param name="split">Training or test images.</param>
    /// <exception cref="IOException">The folder or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A file ends in mid-record, or a label is out of range.</exception>
    public IDataView LoadCifar10(string folder, CifarSplit split) => Loaded(new CifarDataView(CifarFormat.Cifar10, folder, split), folder);

    /// <summary>CIFAR-100's binary files: Label, a key with the class names, and Features, Vector&lt;Byte,3,32,32&gt;, red first.</summary>
    /// <param name="folder">Where train.bin, test.bin and the two label name files lie. Any whole number of records is valid.</param>
    /// <param name="split">Training or test images.</param>
    /// <param name="labels">100 fine or 20 coarse classes.</param>
    /// <exception cref="IOException">The folder or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A file ends in mid-record, or a label is out of range.</exception>
    public IDataView LoadCifar100(string folder, CifarSplit split, CifarLabels labels = CifarLabels.Fine) =>
        Loaded(
            new CifarDataView(labels == CifarLabels.Fine ? CifarFormat.Cifar100Fine : CifarFormat.Cifar100Coarse, folder, split),
            folder
        );

    /// <summary>
    /// A folder with one sub-folder of images for each class: Label, a key with the sub-folders' names, ImagePath, and Image, an MLImage
    /// decoded when it is read.
    /// </summary>
    /// <param name="folder">
    /// The folder. Its image files are .jpg, .jpeg, .png, .bmp, .gif and .webp, at any depth below their class; none of more than
    /// <see cref="LargestImagePixels"/>.
    /// </param>
    /// <exception cref="IOException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">There is no sub-folder with an image.</exception>
    public IDataView LoadImageFolder(string folder) => Loaded(new ImageFolderDataView(folder), folder);

    private IDataView Loaded(IDataView view, string folder)
    {
        using IChannel log = _env.Start("Loading");
        log.Info(MessageSensitivity.UserData, $"{view.GetRowCount()} images in '{folder}'.");
        return view;
    }
}
