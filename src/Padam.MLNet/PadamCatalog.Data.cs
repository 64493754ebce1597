using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Data;

namespace Padam.MLNet;

public sealed partial class PadamCatalog
{
    /// <summary>
    /// The most pixels (height times width) that <see cref="LoadImageFolder"/> decodes: 8192 x 8192. A file whose header says more is
    /// refused before any memory is taken for them.
    /// </summary>
    public const long LargestImagePixels = ImageFile.LargestPixels;

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
    /// decoded, and turned upright, when it is read.
    /// </summary>
    /// <param name="folder">
    /// The folder. Images are found at any depth below their class: files that end in .jpg, .jpeg, .png, .bmp, .gif or .webp, and others
    /// whose content can be decoded; none of more than <see cref="LargestImagePixels"/>. What tools leave behind (names that begin with a
    /// dot, __MACOSX, Thumbs.db ...) is passed over. The log says what is left out.
    /// </param>
    /// <param name="classes">
    /// The classes, in the order of their keys; each is one, with or without images. The default value is null: the sub-folders that hold
    /// images, in ordinal order. Give a model's <see cref="ImageClassificationTransformer.ClassNames"/> for data that it is to score.
    /// </param>
    /// <param name="preprocessing">
    /// How files become pixels. While loading, ExifOrientation alone acts: let it be that of the options; the rest is the trainer's part.
    /// The default value is null: as <see cref="ImagePreprocessing"/>'s defaults.
    /// </param>
    /// <exception cref="ArgumentException">A class has no name, or two have the same.</exception>
    /// <exception cref="IOException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">There is no image, or a sub-folder that is not among <paramref name="classes"/>.</exception>
    public IDataView LoadImageFolder(string folder, IReadOnlyList<string>? classes = null, ImagePreprocessing? preprocessing = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ImageFolder found = ImageFolder.Read(folder, classes);
        return Loaded(ImageFilesDataView.Of(found, preprocessing ?? new()), folder, found);
    }

    /// <summary>
    /// Image files without labels: ImagePath, and an MLImage decoded, and turned upright, when it is read; exactly as
    /// <see cref="LoadImageFolder"/> reads them.
    /// </summary>
    /// <param name="paths">The files, of any format that is decoded, in the order of the rows.</param>
    /// <param name="imageColumnName">
    /// The image column: for a model its <see cref="ImageClassificationTransformer.FeatureColumnName"/>. The default value is "Image".
    /// </param>
    /// <param name="preprocessing">
    /// How files become pixels: for a model its <see cref="ImageClassificationTransformer.Preprocessing"/>. While loading, ExifOrientation
    /// alone acts. The default value is null: as <see cref="ImagePreprocessing"/>'s defaults.
    /// </param>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    public IDataView LoadImages(IEnumerable<string> paths, string imageColumnName = "Image", ImagePreprocessing? preprocessing = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentException.ThrowIfNullOrEmpty(imageColumnName);
        return Loaded(ImageFilesDataView.Of(paths, imageColumnName, preprocessing ?? new()), folder: null);
    }

    /// <summary>
    /// Image files with the classes that a list gives them, as from a database or a CSV: Label, a key, ImagePath, and Image; exactly as
    /// <see cref="LoadImageFolder"/> reads them.
    /// </summary>
    /// <param name="images">Path and class of each file, in the order of the rows.</param>
    /// <param name="classes">
    /// The classes, in the order of their keys. The default value is null: those of the list, in ordinal order. Give a model's
    /// <see cref="ImageClassificationTransformer.ClassNames"/> for data that it is to score.
    /// </param>
    /// <param name="preprocessing">
    /// How files become pixels. While loading, ExifOrientation alone acts: let it be that of the options; the rest is the trainer's part.
    /// The default value is null: as <see cref="ImagePreprocessing"/>'s defaults.
    /// </param>
    /// <exception cref="ArgumentException">There is no image, or a class is empty or not among <paramref name="classes"/>.</exception>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    public IDataView LoadImages(
        IEnumerable<(string Path, string Label)> images,
        IReadOnlyList<string>? classes = null,
        ImagePreprocessing? preprocessing = null
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        return Loaded(ImageFilesDataView.Of(images, classes, preprocessing ?? new()), folder: null);
    }

    private IDataView Loaded(IDataView view, string? folder, ImageFolder? found = null)
    {
        using IChannel log = _env.Start("Loading");
        log.Info(
            MessageSensitivity.UserData,
            folder is null ? $"{view.GetRowCount()} images." : $"{view.GetRowCount()} images in '{folder}'."
        );
        foreach (string warning in found?.Warnings ?? [])
            log.Warning(MessageSensitivity.UserData, warning);
        return view;
    }
}
