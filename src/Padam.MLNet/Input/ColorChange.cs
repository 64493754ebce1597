using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// What is drawn for a <see cref="ColorJitter"/>: factors, and one of the six orders of brightness, contrast and saturation.
/// </summary>
internal readonly record struct ColorChange(double Brightness, double Contrast, double Saturation, int Order = 0)
{
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

    internal void Apply(Span<byte> chw)
    {
        foreach (int which in Orders[Order])
        {
            switch (which)
            {
                case 0 when Brightness != 1:
                    Colors.Brightness(chw, Brightness);
                    break;
                case 1 when Contrast != 1:
                    Colors.Contrast(chw, Contrast);
                    break;
                case 2 when Saturation != 1:
                    Colors.Saturation(chw, Saturation);
                    break;
            }
        }
    }
}
