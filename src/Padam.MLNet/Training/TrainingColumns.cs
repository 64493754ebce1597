using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Training;

/// <summary>A view with its columns, found fit.</summary>
internal sealed record LabeledView(IDataView View, ImageColumn Features, LabelColumn Labels)
{
    /// <summary>What each row counts for in the loss; null where all count the same.</summary>
    internal WeightColumn? Weights { get; init; }

    internal static LabeledView Of(IDataView view, ITrainingOptions options) =>
        new(view, ImageColumn.Of(view.Schema, options.FeatureColumnName), LabelColumn.Of(view.Schema, options.LabelColumnName));
}

/// <summary>What a training is to read, checked as far as it can be before the first row is read.</summary>
/// <param name="Training">The training set.</param>
/// <param name="Validation">The validation set, where one is given.</param>
/// <param name="Size">The size that pictures are brought to; null leaves them as they are.</param>
internal sealed record TrainingColumns(LabeledView Training, LabeledView? Validation, ImageShape? Size)
{
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or the network cannot carry its images.</exception>
    /// <exception cref="InvalidDataException">There is one class only, or the validation set does not go with the training set.</exception>
    internal static TrainingColumns Of(IDataView input, ITrainingOptions options)
    {
        LabeledView training = LabeledView.Of(input, options) with
        {
            Weights = options.ExampleWeightColumnName is { } name ? WeightColumn.Of(input.Schema, name) : null,
        };
        ImageShape? size = SizeOf(options, training.Features);
        if (training.Labels.Classes == 1)
            throw new InvalidDataException($"Label column '{options.LabelColumnName}' has one class only; there is nothing to tell apart.");
        if (options.Loss.ClassWeights?.Count is { } given && given != training.Labels.Classes)
            throw new ArgumentException(
                $"Loss.ClassWeights: there are {given} weights, and column '{options.LabelColumnName}' has {training.Labels.Classes} "
                    + "classes."
            );
        var columns = new TrainingColumns(training, options.ValidationSet is { } set ? Beside(training, set, options) : null, size);
        options.Augmentation.Require(training.Features);
        if (columns.Shape is { } known)
        {
            options.Backbone.CheckImageSize(known.Height, known.Width);
            options.Augmentation.Require(known);
        }

        return columns;
    }

    /// <summary>The size of the images, where it is known without reading one.</summary>
    internal ImageShape? Shape => Size ?? Training.Features.Shape;

    /// <summary>The class of the training set for each of the validation set.</summary>
    internal int[] ValidationClasses => Validation!.Labels.MapTo(Training.Labels);

    /// <summary>Does what may fail for the validation set's sake, and says so where it fails.</summary>
    internal static T OfValidationSet<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"The validation set cannot be used: {fault.Message}", fault);
        }
    }

    private static ImageShape? SizeOf(ITrainingOptions options, ImageColumn features)
    {
        if ((options.ImageSize ?? (features.Shape is null ? options.Backbone.Pretraining?.Size : null)) is not { } size)
            return null;
        var shape = new ImageShape(size.Height, size.Width);
        if (features.Shape is { } given && given != shape)
        {
            throw new ArgumentException(
                $"ImageSize is {shape}, but column '{options.FeatureColumnName}' already holds images of {given}; ImageSize resizes "
                    + "pictures only. "
                    + "Use Transforms.ResizeImages before ExtractPixels."
            );
        }

        return shape;
    }

    // Where steps come before the trainer, what they make is in the data that Fit is given, and not in a raw validation set.
    private static LabeledView Columns(IDataView set, ITrainingOptions options)
    {
        try
        {
            return LabeledView.Of(set, options);
        }
        catch (ArgumentException fault)
        {
            throw new ArgumentException(
                $"{fault.Message} If steps before the trainer make its columns, give both sets through them: "
                    + "var prepared = steps.Fit(train); options.ValidationSet = prepared.Transform(validation); and fit the trainer on "
                    + "prepared.Transform(train).",
                fault
            );
        }
    }

    private static LabeledView Beside(LabeledView training, IDataView set, ITrainingOptions options) =>
        OfValidationSet(() =>
        {
            LabeledView validation = Columns(set, options);
            if (validation.Features.Pixels != training.Features.Pixels)
                throw new ArgumentException(
                    $"its column '{options.FeatureColumnName}' is a {validation.Features.Column.Type}, the training set's a "
                        + $"{training.Features.Column.Type}: white is not the same number in both. Make them the same way."
                );
            if (validation.Features.Shape is { } own && (training.Features.Shape ?? own) is var theirs && own != theirs)
                throw new ArgumentException($"its images are {own}, the training set's {theirs}.");
            _ = validation.Labels.MapTo(training.Labels);
            return validation;
        });
}
