using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Models;
using SkiaSharp;

namespace Padam.MLNet.Scoring;

/// <summary>What data must be for a model to answer as it was trained to: anything else would be scored in silence, and wrongly.</summary>
internal static class ModelInput
{
    /// <summary>Finds the image column.</summary>
    /// <exception cref="ArgumentException">It is missing, of another type, another size or another scale.</exception>
    internal static ImageColumn Images(DataViewSchema schema, NetworkDescription model)
    {
        var column = ImageColumn.Of(schema, model.FeatureColumnName);
        if (model.Pixels is { } trained && column.Pixels != trained)
            throw new ArgumentException(
                $"Feature column '{model.FeatureColumnName}' is a {column.Column.Type}, and the model was trained on "
                    + (trained == PixelKind.Bytes ? BytesWanted : SinglesWanted(model, column.Kind))
            );
        if (column.Shape is { } shape && shape != model.Shape)
            throw new ArgumentException(
                $"Feature column '{model.FeatureColumnName}' holds images of {shape} (height x width); the model was trained on "
                    + $"{model.Shape}. Resize with Transforms.ResizeImages before it."
            );
        return column;
    }

    /// <summary>The pixels of an image file as the model sees them: bytes, CHW, red first.</summary>
    /// <exception cref="BadImageException">It is no image.</exception>
    /// <exception cref="InvalidOperationException">The model was trained on singles.</exception>
    internal static byte[] Pixels(byte[] file, NetworkDescription model)
    {
        if (model.Pixels == PixelKind.Singles)
            throw new InvalidOperationException(
                "The model was trained on vectors of singles; what made them of files is not in it. Read files as its training data were."
            );
        ImageFitting fitting = new(model.ReadPreprocessing());
        byte[] chw = new byte[model.Shape.Values];
        try
        {
            using SKBitmap bitmap = ImageFile.Decode(file, fitting.Upright);
            fitting.Write(bitmap, model.Shape, chw);
        }
        catch (BadImageException fault)
        {
            throw new BadImageException($"The image could not be decoded: {fault.Message.TrimEnd('.')}.", fault);
        }

        return chw;
    }

    /// <summary>Compares the classes of the label column, where there is one with texts as keys, with the model's.</summary>
    /// <exception cref="ArgumentException">They differ in content or order.</exception>
    internal static void RequireClasses(DataViewSchema schema, ModelDescription model)
    {
        if (model is not { LabelColumnName: { } label, Labels: { ItemType: KeyValues.Text, Values: { } trained } })
            return;
        if (schema.GetColumnOrNull(label) is not { } column || KeyValues.Of(column) is not { ItemType: KeyValues.Text, Values: { } given })
            return;
        if (given.Select(UnicodeForm.Composed).SequenceEqual(trained.Select(UnicodeForm.Composed)))
            return;
        throw new ArgumentException(
            $"Label column '{label}' has the classes {Some(given)}, and the model was trained on {Some(trained)}: the same key would stand "
                + "for another class. Load the data with the model's classes, as in LoadImageFolder(folder, classes: model.ClassNames)."
        );
    }

    private const string BytesWanted =
        "pixels of 0 to 255. Give it the MLImage, or its bytes: Transforms.ExtractPixels(..., interleavePixelColors: false, "
        + "outputAsFloatArray: false).";

    private static string SinglesWanted(NetworkDescription model, ImageKind given)
    {
        string scale = FormattableString.Invariant($"{model.PixelScale / byte.MaxValue:R}");
        string white = FormattableString.Invariant($"singles whose white is {model.PixelScale:R}. ");
        if (given == ImageKind.Image)
            return white + $"Convert it with Transforms.ExtractPixels(..., interleavePixelColors: false, scaleImage: {scale}f).";
        return white
            + $"Convert it with Transforms.Conversion.ConvertType(\"{model.FeatureColumnName}\", outputKind: DataKind.Single)"
            + (model.PixelScale == byte.MaxValue ? "." : $" and multiply by {scale}.");
    }

    private static string Some(IReadOnlyList<string> names)
    {
        const int shown = 10;
        return names.Count <= shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(shown))}, ... ({names.Count} in all)";
    }
}
