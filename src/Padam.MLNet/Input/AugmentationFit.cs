using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>What augmentation asks of the images.</summary>
internal static class AugmentationFit
{
    /// <exception cref="ArgumentException">It works on bytes, and the column holds singles.</exception>
    internal static void Require(this Augmentation augmentation, ImageColumn column)
    {
        if (column.Pixels == PixelKind.Bytes || !VariedBytes.AreIn(augmentation))
            return;
        string part =
            augmentation.ResizedCrop is not null ? nameof(augmentation.ResizedCrop)
            : augmentation.Color is not null ? nameof(augmentation.Color)
            : nameof(augmentation.TrivialAugment);
        throw new ArgumentException(
            $"Augmentation.{part} is for pixels from 0 to 255, and column '{column.Column.Name}' is a {column.Column.Type}. Leave out "
                + "ExtractPixels, or let it yield bytes (outputAsFloatArray: false)."
        );
    }

    /// <exception cref="ArgumentException">The images are too small for its moves, or for what it cuts out.</exception>
    internal static void Require(this Augmentation augmentation, ImageShape shape)
    {
        string[] faults = [.. augmentation.Validate(new ImageSize(shape.Height, shape.Width)).Select(fault => $"Augmentation.{fault}")];
        if (faults.Length > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }
}
