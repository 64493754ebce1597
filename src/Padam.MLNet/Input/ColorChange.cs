using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// What is drawn for a <see cref="ColorJitter"/>: factors, and one of the six orders of brightness, contrast and saturation.
/// </summary>
internal readonly record struct ColorChange(double Brightness, double Contrast, double Saturation, int Order = 0)
{
    internal const int Steps = 3;

    internal static readonly int[][] Orders =
    [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];

    internal static ColorChange Draw(ColorJitter jitter, ref SplitMix64 random)
    {
        int order = random.Below(Orders.Length);
        return new(
            random.Between(1 - jitter.Brightness, 1 + jitter.Brightness),
            random.Between(1 - jitter.Contrast, 1 + jitter.Contrast),
            random.Between(1 - jitter.Saturation, 1 + jitter.Saturation),
            order
        );
    }

    /// <summary>The changes in their order: 0 brightness, 1 contrast, 2 saturation; and the factor of each, 1 for none.</summary>
    internal (int Which, double Factor) Step(int place)
    {
        int which = Orders[Order][place];
        return (
            which,
            which switch
            {
                0 => Brightness,
                1 => Contrast,
                _ => Saturation,
            }
        );
    }

    internal void Apply(Span<byte> chw)
    {
        for (int place = 0; place < Steps; place++)
        {
            switch (Step(place))
            {
                case (_, 1):
                    break;
                case (0, var factor):
                    Colors.Brightness(chw, factor);
                    break;
                case (1, var factor):
                    Colors.Contrast(chw, factor);
                    break;
                case (_, var factor):
                    Colors.Saturation(chw, factor);
                    break;
            }
        }
    }
}
