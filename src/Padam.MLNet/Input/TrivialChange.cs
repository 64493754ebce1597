using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>The changes that TrivialAugment draws from, in torchvision's order.</summary>
internal enum TrivialOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}

/// <summary>One change of one strength, as torchvision's <c>TrivialAugmentWide</c> draws and applies it.</summary>
internal readonly record struct TrivialChange(TrivialOperation Operation, double Magnitude)
{
    internal const int Bins = 31;

    private const int Operations = (int)TrivialOperation.Equalize + 1,
        LastBin = Bins - 1;

    internal static TrivialChange Draw(ref SplitMix64 random)
    {
        var operation = (TrivialOperation)random.Below(Operations);
        double magnitude = MagnitudeOf(operation, random.Below(Bins));
        bool isSigned = operation is >= TrivialOperation.ShearX and <= TrivialOperation.Sharpness;
        return new(operation, isSigned && random.Below(2) == 1 ? -magnitude : magnitude);
    }

    /// <summary>The strength of a bin, 0 to 30.</summary>
    internal static double MagnitudeOf(TrivialOperation operation, int bin) =>
        operation switch
        {
            TrivialOperation.TranslateX or TrivialOperation.TranslateY => 32.0 * bin / LastBin,
            TrivialOperation.Rotate => 135.0 * bin / LastBin,
            TrivialOperation.Posterize => 8 - Math.Round(6.0 * bin / LastBin),
            TrivialOperation.Solarize => 255.0 * (LastBin - bin) / LastBin,
            TrivialOperation.Identity or TrivialOperation.AutoContrast or TrivialOperation.Equalize => 0,
            _ => 0.99 * bin / LastBin,
        };

    /// <summary>Where its pixels come from, if it moves them.</summary>
    internal AffineMap? Map(ImageShape shape) =>
        Operation switch
        {
            TrivialOperation.ShearX => AffineMap.ShearX(Magnitude, shape),
            TrivialOperation.ShearY => AffineMap.ShearY(Magnitude, shape),
            TrivialOperation.TranslateX => AffineMap.Move(right: (int)Magnitude, down: 0),
            TrivialOperation.TranslateY => AffineMap.Move(right: 0, down: (int)Magnitude),
            TrivialOperation.Rotate => AffineMap.Rotation(Magnitude),
            _ => null,
        };

    /// <summary>Changes an image, planes of bytes; <paramref name="spare"/> is as long.</summary>
    internal void Apply(Span<byte> chw, ImageShape shape, Span<byte> spare)
    {
        if (Map(shape) is { } map)
        {
            chw.CopyTo(spare);
            map.Write(spare, shape, chw);
            return;
        }

        switch (Operation)
        {
            case TrivialOperation.Brightness:
                Colors.Brightness(chw, 1 + Magnitude);
                break;
            case TrivialOperation.Color:
                Colors.Saturation(chw, 1 + Magnitude);
                break;
            case TrivialOperation.Contrast:
                Colors.Contrast(chw, 1 + Magnitude);
                break;
            case TrivialOperation.Sharpness:
                Colors.Sharpness(chw, shape, 1 + Magnitude, spare);
                break;
            case TrivialOperation.Posterize:
                Colors.Posterize(chw, (int)Magnitude);
                break;
            case TrivialOperation.Solarize:
                Colors.Solarize(chw, Magnitude);
                break;
            case TrivialOperation.AutoContrast:
                Colors.AutoContrast(chw);
                break;
            case TrivialOperation.Equalize:
                Colors.Equalize(chw);
                break;
        }
    }
}
