using System.Drawing;
using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Training;

/// <summary>What a training works on: images to learn from, images to be measured on, and what their labels mean.</summary>
/// <param name="Training">Images to learn from.</param>
/// <param name="Validation">Images to be measured on.</param>
/// <param name="Labels">What the labels mean.</param>
/// <param name="Memory">What the images have left of the memory that is theirs.</param>
internal sealed record TrainingData(ImageRows Training, ImageRows? Validation, LabelColumn Labels, ImageMemory Memory) : IDisposable
{
    /// <summary>Reads the rows; refuses what no training can come of.</summary>
    /// <param name="columns">What to read.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Decides what ValidationFraction sets apart.</param>
    /// <param name="stratified">Whether it does so class by class.</param>
    /// <param name="preprocessing">How pictures become pixels; null as the options say.</param>
    internal static TrainingData Read(
        TrainingColumns columns,
        ITrainingOptions options,
        int seed,
        bool stratified = true,
        ImagePreprocessing? preprocessing = null
    )
    {
        LabeledView input = columns.Training;
        var memory = new ImageMemory(options.ImageMemoryLimit);
        var reading = new ImageReading(memory)
        {
            Size = columns.Size,
            Preprocessing = preprocessing ?? options.Preprocessing,
            SkipBad = options.SkipBadImages,
            Weights = input.Weights,
            Cancellation = options.CancellationToken,
            Check = shape =>
            {
                options.Backbone.CheckImageSize(shape.Height, shape.Width);
                options.Augmentation.Require(shape);
            },
        };
        var images = LabeledImages.Read(input.View, input.Features, input.Labels, null, reading);
        ImageRows? validation = null;
        try
        {
            var training = new ImageRows(images);
            if (options.ValidationFraction > 0)
            {
                (int[] rows, int[] apart) = stratified
                    ? ValidationSplit.ByClass(images.Labels, options.ValidationFraction, seed)
                    : ValidationSplit.OverAll(images.Count, options.ValidationFraction, seed);
                (training, validation) = (new(images, rows), new(images, apart));
            }
            else if (columns.Validation is not null)
            {
                validation = TrainingColumns.OfValidationSet(() => ReadValidation(columns, reading, images.Shape));
            }

            RequireClasses(training, options.LabelColumnName);
            return new(training, validation, input.Labels, memory);
        }
        catch
        {
            images.Dispose();
            validation?.Images.Dispose();
            throw;
        }
    }

    /// <summary>Removes the temporary files of sets that did not fit into memory.</summary>
    public void Dispose()
    {
        Training.Images.Dispose();
        Validation?.Images.Dispose();
    }

    /// <summary>Images that are in a temporary file, both sets together.</summary>
    internal int ImagesInFile => Sets.Sum(set => set.Images.InFile);

    /// <summary>What the log should warn of: images left out, with the first one's fault; images that show their ground.</summary>
    internal IEnumerable<string> Warnings(ImagePreprocessing preprocessing)
    {
        foreach ((string name, LabeledImages images) in Sets)
        {
            if (images.Skipped.Count > 0)
                yield return $"{images.Skipped.Count} bad images of the {name} set were skipped. The first: {images.Skipped[0]}";
            if (images.Transparent > 0)
                yield return $"{images.Transparent} images of the {name} set have transparent pixels, through which "
                    + $"Preprocessing.BackgroundColor shows ({ColorTranslator.ToHtml(preprocessing.BackgroundColor)}).";
        }
    }

    private IEnumerable<(string Name, LabeledImages Images)> Sets
    {
        get
        {
            yield return ("training", Training.Images);
            if (Validation is { } validation && validation.Images != Training.Images)
                yield return ("validation", validation.Images);
        }
    }

    private static ImageRows ReadValidation(TrainingColumns columns, ImageReading reading, ImageShape shape)
    {
        LabeledView set = columns.Validation!;
        ImageShape? size = set.Features.Shape is null ? columns.Size : null;
        return new(
            LabeledImages.Read(
                set.View,
                set.Features,
                set.Labels,
                columns.ValidationClasses,
                reading with
                {
                    Size = size,
                    Weights = null,
                    Check = own =>
                    {
                        if (own != shape)
                            throw new ArgumentException(
                                $"its images are {own}, the training set's {shape}. Append Transforms.ResizeImages, or set ImageSize."
                            );
                    },
                }
            )
        );
    }

    private static void RequireClasses(ImageRows training, string label)
    {
        int first = training.Images.Labels[training.Rows[0]];
        if (training.Rows.All(row => training.Images.Labels[row] == first))
            throw new InvalidDataException(
                $"All {training.Rows.Length} training rows have the same value of '{label}'; there is nothing to tell apart."
            );
    }
}
