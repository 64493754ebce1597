namespace Padam.MLNet.Backbones;

/// <summary>Which sizes of images a network takes.</summary>
/// <param name="Minimum">The smallest height and width, in pixels.</param>
/// <param name="IsExact">Whether it is the only one too.</param>
internal readonly record struct ImageSizeRule(int Minimum, bool IsExact = false)
{
    /// <exception cref="ArgumentException">Such images do not fit.</exception>
    public void Require(string network, long height, long width)
    {
        bool fits = IsExact ? (height, width) == (Minimum, Minimum) : Math.Min(height, width) >= Minimum;
        if (!fits)
            throw new ArgumentException(
                $"{network} takes images of {(IsExact ? "" : "at least ")}{Minimum}x{Minimum} pixels{(IsExact ? " only" : "")}; these are "
                    + $"{height}x{width} (height x width)."
            );
    }
}
