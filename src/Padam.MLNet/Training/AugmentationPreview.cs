using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Training;

/// <summary>Images as a training would see them, to look at.</summary>
internal sealed class AugmentationPreview
{
    private readonly ITrainingOptions _options;
    private readonly ImageRows _rows;
    private readonly Normalization _normalization;
    private readonly ImageShape _shape;

    private AugmentationPreview(ITrainingOptions options, LabeledImages images, Normalization? normalization)
    {
        (_options, _rows, _shape) = (options, new ImageRows(images), images.Shape);
        _normalization = normalization ?? NormalizationMeasure.Of(images, _rows.Rows, options.PixelScale);
    }

    /// <summary>By row, and for each the image as it is and in each epoch.</summary>
    /// <param name="columns">What to read: all of it.</param>
    /// <param name="options">How.</param>
    /// <param name="normalization">Mean and deviation; null to measure them.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="epochs">Epochs, from the first.</param>
    internal static IReadOnlyList<IReadOnlyList<PreviewedImage>> Of(
        TrainingColumns columns,
        ITrainingOptions options,
        Normalization? normalization,
        int seed,
        int epochs
    )
    {
        if (columns.Shape is { } known && columns.Training.View.GetRowCount() is { } count)
            RequireRoom(count, known);
        var reading = new ImageReading(new ImageMemory(options.ImageMemoryLimit))
        {
            Size = columns.Size,
            Preprocessing = options.Preprocessing,
            SkipBad = options.SkipBadImages,
            Cancellation = options.CancellationToken,
            Check = options.Augmentation.Require,
        };
        using var images = LabeledImages.Read(columns.Training.View, columns.Training.Features, columns.Training.Labels, null, reading);
        RequireRoom(images.Count, images.Shape);
        var preview = new AugmentationPreview(options, images, normalization);
        PreviewedImage[][] columnsOfImages =
        [
            preview.Epoch(Augmentation.None, seed, epoch: 0),
            .. Enumerable.Range(1, epochs).Select(epoch => preview.Epoch(options.Augmentation, seed, epoch)),
        ];
        return [.. Enumerable.Range(0, images.Count).Select(row => columnsOfImages.Select(column => column[row]).ToArray())];
    }

    private static void RequireRoom(long images, ImageShape shape)
    {
        if (images * shape.Values > Array.MaxLength)
            throw new ArgumentException($"{images} images of {shape} are too many for a preview. Take fewer rows (Data.TakeRows).");
    }

    // All rows are one batch.
    private PreviewedImage[] Epoch(Augmentation augmentation, int seed, int epoch)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        var input = new AugmentedImages(_rows, new PixelMap(_normalization, _options.PixelScale), augmentation, seed);
        float[] batch = new float[input.Count * _shape.Values];
        for (int row = 0; row < input.Count; row++)
            input.Write(row, epoch, batch.AsSpan(row * _shape.Values, _shape.Values));
        if (augmentation.Mixing is { } mixing)
            new BatchMixer(mixing, _shape, seed).Mix(batch, epoch, batch: 0);
        return [.. batch.Chunk(_shape.Values).Select(Picture)];
    }

    private PreviewedImage Picture(float[] hwc) => new(new ImageSize(_shape.Height, _shape.Width), _normalization.Undone(hwc));
}
