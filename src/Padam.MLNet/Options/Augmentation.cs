using System.Text;

namespace Padam.MLNet;

/// <summary>
/// How training images are varied, anew in each epoch, drawn from the seed, the epoch and the row. Both recipes of the literature crop and
/// flip (paper, section 5). In this order: crop, flip, colours, TrivialAugment, normalisation, erasing, cutout, mixing.
/// </summary>
/// <param name="CropPadding">
/// Each image is moved by up to so many pixels in each direction, black flowing in: a random crop of the padded image. At least 0 and below
/// the image's shorter side. The default value is 0.
/// </param>
/// <param name="Flip">Whether every second image, at random, is mirrored left to right. The default value is false.</param>
public sealed record Augmentation(int CropPadding = 0, bool Flip = false)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>
    /// Whether the image reflected at its edges flows in instead of black, as torch's <c>reflect</c> padding. Needs
    /// <see cref="CropPadding"/>. The default value is false.
    /// </summary>
    public bool ReflectedPadding { get; init; }

    /// <summary>
    /// Whether a random half of the images is mirrored in the first epoch, and all are turned over from epoch to epoch: in two epochs each
    /// image is seen both ways (Jordan, arXiv 2404.00498, section 3.6). Needs <see cref="Flip"/>. The default value is false: drawn anew.
    /// </summary>
    public bool AlternatingFlip { get; init; }

    /// <summary>A part of the image in its place, instead of <see cref="CropPadding"/>. The default value is null: none.</summary>
    public ResizedCrop? ResizedCrop { get; init; }

    /// <summary>How much brightness, contrast and saturation change. The default value is null: not at all.</summary>
    public ColorJitter? Color { get; init; }

    /// <summary>
    /// Whether each image undergoes one change drawn from fourteen, of a strength drawn from 31: sheared, moved, turned, of other
    /// brightness, saturation, contrast or sharpness, posterized, solarized, equalized, or as it is (Müller and Hutter, arXiv 2103.10158;
    /// torchvision's <c>TrivialAugmentWide</c>; nearest pixel, black flowing in). For pixels from 0 to 255. The default value is false.
    /// </summary>
    public bool TrivialAugment { get; init; }

    /// <summary>A rectangle that is erased. The default value is null: none.</summary>
    public RandomErasing? Erasing { get; init; }

    /// <summary>A square that is cut out. The default value is null: none.</summary>
    public Cutout? Cutout { get; init; }

    /// <summary>
    /// How images of a batch are mixed with one another: mixup, CutMix. Needs batches of at least 2. The default value is null: not at all.
    /// </summary>
    public Mixing? Mixing { get; init; }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate() =>
        [
            .. FaultsOfPlace(),
            .. ResizedCrop?.Validate().Select(fault => $"{nameof(ResizedCrop)}.{fault}") ?? [],
            .. Color?.Validate().Select(fault => $"{nameof(Color)}.{fault}") ?? [],
            .. Erasing?.Validate().Select(fault => $"{nameof(Erasing)}.{fault}") ?? [],
            .. Cutout?.Validate().Select(fault => $"{nameof(Cutout)}.{fault}") ?? [],
            .. Mixing?.Validate().Select(fault => $"{nameof(Mixing)}.{fault}") ?? [],
        ];

    /// <summary>What of these settings is too large for images of a size, one sentence each; nothing if they can be used.</summary>
    /// <param name="size">The images' size.</param>
    public IEnumerable<string> Validate(ImageSize size)
    {
        int shorter = Math.Min(size.Height, size.Width);
        string images = $"images of {size.Height}x{size.Width}";
        if (CropPadding > 0 && CropPadding >= shorter)
            yield return $"CropPadding: a move by {CropPadding} can leave nothing of {images}; take at most {shorter - 1}.";
        if (Cutout is { Size: var side } && side > shorter)
            yield return $"Cutout: a square of {side} is larger than the {images}; take at most {shorter}.";
    }

    private IEnumerable<string> FaultsOfPlace()
    {
        if (CropPadding < 0)
            yield return $"CropPadding is {CropPadding}; it must be at least 0.";
        if (ReflectedPadding && CropPadding == 0)
            yield return "ReflectedPadding needs a CropPadding above 0.";
        if (AlternatingFlip && !Flip)
            yield return "AlternatingFlip needs Flip.";
        if (ResizedCrop is not null && CropPadding > 0)
            yield return "ResizedCrop and CropPadding are both given; choose one crop.";
    }

    // What came later is written only where it is used: checkpoints compare texts of before it was there.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("CropPadding = ").Append(CropPadding).Append(", Flip = ").Append(Flip);
        if (ReflectedPadding)
            builder.Append(", ReflectedPadding = True");
        if (AlternatingFlip)
            builder.Append(", AlternatingFlip = True");
        if (TrivialAugment)
            builder.Append(", TrivialAugment = True");
        foreach (object? part in new object?[] { ResizedCrop, Color, Erasing, Cutout, Mixing })
        {
            if (part is not null)
                builder.Append(", ").Append(part);
        }

        return true;
    }
}
