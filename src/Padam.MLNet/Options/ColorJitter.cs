namespace Padam.MLNet;

/// <summary>
/// Brightness, contrast and saturation multiplied by factors drawn from 1 - x to 1 + x, in an order that is drawn too (torchvision's
/// <c>ColorJitter</c>, without its hue): an image blended with black, with its mean grey, with its greys. For pixels from 0 to 255.
/// </summary>
/// <param name="Brightness">x of the brightness, 0 to 1. The default value is 0: it stays.</param>
/// <param name="Contrast">x of the contrast, 0 to 1. The default value is 0: it stays.</param>
/// <param name="Saturation">x of the saturation, 0 to 1. The default value is 0: it stays.</param>
public sealed record ColorJitter(double Brightness = 0, double Contrast = 0, double Saturation = 0)
{
    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (
            (string name, double value) in new[]
            {
                (nameof(Brightness), Brightness),
                (nameof(Contrast), Contrast),
                (nameof(Saturation), Saturation),
            }
        )
        {
            if (!(value is >= 0 and <= 1))
                yield return $"{name} is {value}; it must be at least 0 and at most 1.";
        }

        if (Brightness == 0 && Contrast == 0 && Saturation == 0)
            yield return "Brightness, Contrast and Saturation are all 0; use null for no change of colours.";
    }
}
