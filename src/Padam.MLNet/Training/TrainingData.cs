using Microsoft.ML;
using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>Some rows of a set of images.</summary>
internal sealed record ImageRows(LabeledImages Images, int[] Rows);

/// <summary>What a training works on: images to learn from, images to be measured on, and what their labels mean.</summary>
internal sealed record TrainingData(ImageRows Training, ImageRows? Validation, LabelColumn Labels) : IDisposable
{
    // Streams of random numbers that must not meet those of the epochs, which count from 0.
    private const long SplitStream = -1;

    /// <summary>Reads and checks the data; refuses what no training can come of.</summary>
    internal static TrainingData Read(IDataView input, ITrainingOptions options, int seed, CancellationToken cancellation)
    {
        (ImageColumn features, LabelColumn labels) = (
            ImageColumn.Of(input.Schema, options.FeatureColumnName),
            LabelColumn.Of(input.Schema, options.LabelColumnName)
        );
        ImageShape? size = Size(options, features);
        if ((size ?? features.Shape) is { } known)
            options.Backbone.CheckImageSize(known.Height, known.Width);
        if (labels.Classes == 1)
            throw new InvalidDataException($"Label column '{options.LabelColumnName}' has one class only; there is nothing to tell apart.");
        var memory = new ImageMemory(options.ImageMemoryLimit);
        var images = LabeledImages.Read(input, features, labels, size, null, options.SkipBadImages, memory, cancellation);
        options.Backbone.CheckImageSize(images.Shape.Height, images.Shape.Width);

        (ImageRows training, ImageRows? validation) = (new ImageRows(images, [.. Enumerable.Range(0, images.Count)]), null);
        if (options.ValidationFraction > 0)
            (training, validation) = Split(images, options.ValidationFraction, seed);
        else if (options.ValidationSet is { } set)
            validation = ReadValidation(set, options, labels, images.Shape, memory, cancellation);
        RequireClasses(training, options.LabelColumnName);
        return new(training, validation, labels);
    }

    /// <summary>Removes the temporary files of sets that did not fit into memory.</summary>
    public void Dispose()
    {
        Training.Images.Dispose();
        Validation?.Images.Dispose();
    }

    /// <summary>Images that are in a temporary file, both sets together.</summary>
    internal int ImagesInFile =>
        Training.Images.InFile + (Validation is { } validation && validation.Images != Training.Images ? validation.Images.InFile : 0);

    /// <summary>One line for each set of which rows were left out, with the first one's fault.</summary>
    internal IEnumerable<string> SkippedImages()
    {
        foreach (
            (string name, ImageRows? set) in new[]
            {
                ("training", Training),
                ("validation", Validation?.Images == Training.Images ? null : Validation),
            }
        )
        {
            if (set is { Images.Skipped: { Count: > 0 } skipped })
                yield return $"{skipped.Count} bad images of the {name} set were skipped. The first: {skipped[0]}";
        }
    }

    private static ImageShape? Size(ITrainingOptions options, ImageColumn features)
    {
        if (options.ImageSize is not { } size)
            return null;
        var shape = new ImageShape(size.Height, size.Width);
        if (features.Shape is { } given && given != shape)
        {
            throw new ArgumentException(
                $"ImageSize is {shape}, but column '{options.FeatureColumnName}' already holds images of {given}; ImageSize resizes "
                    + "MLImage columns only. "
                    + "Use Transforms.ResizeImages before ExtractPixels."
            );
        }

        return shape;
    }

    private static (ImageRows Training, ImageRows Validation) Split(LabeledImages images, double fraction, int seed)
    {
        int[] order = Order.Shuffled(images.Count, seed, SplitStream);
        int apart = (int)Math.Round(images.Count * fraction);
        if (apart == 0 || apart == images.Count)
            throw new InvalidDataException(
                $"ValidationFraction {fraction} of {images.Count} rows sets {apart} apart; both parts need at least one."
            );
        int[] validation = order[..apart],
            training = order[apart..];
        Array.Sort(validation);
        Array.Sort(training);
        return (new(images, training), new(images, validation));
    }

    private static ImageRows ReadValidation(
        IDataView set,
        ITrainingOptions options,
        LabelColumn labels,
        ImageShape shape,
        ImageMemory memory,
        CancellationToken cancellation
    )
    {
        try
        {
            (ImageColumn features, LabelColumn own) = (
                ImageColumn.Of(set.Schema, options.FeatureColumnName),
                LabelColumn.Of(set.Schema, options.LabelColumnName)
            );
            if (features.Shape is { } given && given != shape)
                throw new ArgumentException($"its images are {given}, the training set's {shape}.");
            bool resize = features.Shape is null && options.ImageSize is not null;
            var images = LabeledImages.Read(
                set,
                features,
                own,
                resize ? shape : null,
                own.MapTo(labels),
                options.SkipBadImages,
                memory,
                cancellation
            );
            if (images.Shape != shape)
                throw new ArgumentException(
                    $"its images are {images.Shape}, the training set's {shape}. Append Transforms.ResizeImages, or set ImageSize."
                );
            return new(images, [.. Enumerable.Range(0, images.Count)]);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"The validation set cannot be used: {fault.Message}", fault);
        }
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
