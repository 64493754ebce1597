using System.Drawing;

namespace Padam.MLNet.Models;

/// <summary>How pictures became pixels, as a model file keeps it.</summary>
/// <param name="Resize">How they were brought to the model's size: "stretch", "crop" or "pad".</param>
/// <param name="ExifOrientation">Whether they were turned as their EXIF data says.</param>
/// <param name="BackgroundColor">What showed through transparent pixels, as #rrggbb.</param>
/// <param name="Resampling">How new pixels are made of old ones: "bilinear"; null in models that left it to SkiaSharp.</param>
internal sealed record PreprocessingDescription(string Resize, bool ExifOrientation, string BackgroundColor, string? Resampling = null)
{
    private const string Bilinear = "bilinear";

    /// <summary>What models did before they said so.</summary>
    internal static PreprocessingDescription OfFormat1 { get; } = new(Name(ImageResize.Stretch), ExifOrientation: false, "#000000");

    internal static PreprocessingDescription Of(ImagePreprocessing preprocessing) =>
        new(
            Name(preprocessing.Resize),
            preprocessing.ExifOrientation,
            ColorTranslator.ToHtml(preprocessing.BackgroundColor).ToLowerInvariant(),
            preprocessing.ResizedBySkia ? null : Bilinear
        );

    internal ImagePreprocessing Read() =>
        new()
        {
            Resize = Enum.GetValues<ImageResize>().Single(resize => Name(resize) == Resize),
            ExifOrientation = ExifOrientation,
            BackgroundColor = ColorTranslator.FromHtml(BackgroundColor),
            ResizedBySkia = Resampling is null,
        };

    internal string? Fault() =>
        !Enum.GetValues<ImageResize>().Select(Name).Contains(Resize)
            ? $"images are brought to size by '{Resize}', which this version of Padam.MLNet does not know."
        : Resampling is not (null or Bilinear) ? $"images are resized by '{Resampling}', which this version of Padam.MLNet does not know."
        : BackgroundColor is not ['#', .. { Length: 6 } digits] || !digits.All(char.IsAsciiHexDigit)
            ? $"the background '{BackgroundColor}' is no colour."
        : null;

    private static string Name(ImageResize resize) => resize.ToString().ToLowerInvariant();
}
