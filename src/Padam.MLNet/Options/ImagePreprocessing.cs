using System.Drawing;

namespace Padam.MLNet;

/// <summary>
/// How pictures become pixels. A model keeps what it was trained with (<see cref="ImageClassificationTransformer.Preprocessing"/>) and
/// scores with it.
/// </summary>
public sealed record ImagePreprocessing
{
    /// <summary>
    /// How pictures of another size are brought to <see cref="ImageClassificationOptions.ImageSize"/>. The default value is
    /// <see cref="ImageResize.Stretch"/>.
    /// </summary>
    public ImageResize Resize { get; init; }

    /// <summary>
    /// Whether picture files are turned and mirrored as the orientation in their EXIF data says, so that they are seen as in any viewer.
    /// <see cref="PadamCatalog.LoadImageFolder"/> and LoadImages of <see cref="PadamCatalog"/> do it while they decode; ML.NET's own
    /// LoadImages never does. The default value is true.
    /// </summary>
    public bool ExifOrientation { get; init; } = true;

    /// <summary>
    /// What shows through the transparent pixels of a picture, and around one that is padded, in training and in scoring; opaque. The
    /// default value is black.
    /// </summary>
    public Color BackgroundColor
    {
        get;
        // Without its name, so that Color.Black equals the black that a model file kept.
        init => field = Color.FromArgb(value.ToArgb());
    } = Color.FromArgb(Color.Black.ToArgb());

    /// <summary>
    /// Whether SkiaSharp resizes, as for models before format 3, whatever its version makes of it; else <see cref="Data.Resampling"/>.
    /// </summary>
    internal bool ResizedBySkia { get; init; }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Resize))
            yield return $"Resize {(int)Resize} is not known; use {string.Join(", ", Enum.GetNames<ImageResize>())}.";
        if (BackgroundColor.A != byte.MaxValue)
            yield return $"BackgroundColor is {BackgroundColor}; a ground must be opaque.";
    }
}
