using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// torchvision 0.14.1's operations on the colours of an image (<c>transforms/functional_tensor.py</c>), on planes of bytes, in place.
/// </summary>
internal static class Colors
{
    private const int Levels = 256;

    internal static void Brightness(Span<byte> chw, double factor) =>
        ByTable(chw, level => Blend(level, 0, (float)factor, (float)(1 - factor)));

    internal static void Contrast(Span<byte> chw, double factor)
    {
        int pixels = chw.Length / ImageShape.Channels;
        long sum = 0;
        for (int i = 0; i < pixels; i++)
            sum += Grey(chw, i, pixels);
        float mean = sum / (float)pixels;
        ByTable(chw, level => Blend(level, mean, (float)factor, (float)(1 - factor)));
    }

    internal static void Saturation(Span<byte> chw, double factor)
    {
        int pixels = chw.Length / ImageShape.Channels;
        (float own, float others) = ((float)factor, (float)(1 - factor));
        for (int i = 0; i < pixels; i++)
        {
            byte grey = Grey(chw, i, pixels);
            for (int at = i; at < chw.Length; at += pixels)
                chw[at] = Blend(chw[at], grey, own, others);
        }
    }

    /// <summary>Blended with its blurred self: 3x3, the middle counts five times; edges stay, and images of up to two pixels.</summary>
    internal static void Sharpness(Span<byte> chw, ImageShape shape, double factor, Span<byte> blurred)
    {
        if (shape.Height <= 2 || shape.Width <= 2)
            return;
        chw.CopyTo(blurred);
        (float own, float others) = ((float)factor, (float)(1 - factor));
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            Span<byte> plane = blurred.Slice(c * shape.Pixels, shape.Pixels),
                target = chw.Slice(c * shape.Pixels, shape.Pixels);
            for (int y = 1; y < shape.Height - 1; y++)
            {
                for (int x = 1; x < shape.Width - 1; x++)
                {
                    int at = (y * shape.Width) + x,
                        sum = 4 * plane[at];
                    for (int above = at - shape.Width; above <= at + shape.Width; above += shape.Width)
                        sum += plane[above - 1] + plane[above] + plane[above + 1];
                    target[at] = Blend(plane[at], MathF.Round(sum / 13f), own, others);
                }
            }
        }
    }

    /// <summary>The first bits of each value, 1 to 8.</summary>
    internal static void Posterize(Span<byte> chw, int bits) => ByTable(chw, level => (byte)(level & -(1 << (8 - bits))));

    /// <summary>Values from the threshold on become their negative.</summary>
    internal static void Solarize(Span<byte> chw, double threshold) =>
        ByTable(chw, level => (byte)(level >= threshold ? Levels - 1 - level : level));

    /// <summary>Each channel stretched from black to white.</summary>
    internal static void AutoContrast(Span<byte> chw)
    {
        int pixels = chw.Length / ImageShape.Channels;
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            Span<byte> plane = chw.Slice(c * pixels, pixels);
            (byte least, byte most) = (byte.MaxValue, byte.MinValue);
            foreach (byte value in plane)
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            float scale = 255f / (most - least);
            if (most > least)
                ByTable(plane, level => (byte)Math.Clamp((level - least) * scale, 0, 255));
        }
    }

    /// <summary>Each channel with its values spread as evenly as can be.</summary>
    internal static void Equalize(Span<byte> chw)
    {
        int pixels = chw.Length / ImageShape.Channels;
        int[] count = new int[Levels],
            before = new int[Levels];
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            Span<byte> plane = chw.Slice(c * pixels, pixels);
            Array.Clear(count);
            foreach (byte value in plane)
                count[value]++;
            int step = (pixels - count[Array.FindLastIndex(count, images => images > 0)]) / (Levels - 1);
            if (step == 0)
                continue;
            for (int level = 1; level < Levels; level++)
                before[level] = before[level - 1] + count[level - 1];
            // Nothing is before the first level, and torchvision's table begins with 0.
            ByTable(plane, level => (byte)(level == 0 ? 0 : Math.Min((before[level] + (step / 2)) / step, Levels - 1)));
        }
    }

    // As torch computes it: in singles, cut off.
    private static byte Blend(float image, float other, float own, float others) =>
        (byte)Math.Clamp((own * image) + (others * other), 0, 255);

    private static byte Grey(ReadOnlySpan<byte> chw, int pixel, int pixels) =>
        (byte)((0.2989f * chw[pixel]) + (0.587f * chw[pixel + pixels]) + (0.114f * chw[pixel + (2 * pixels)]));

    private static void ByTable(Span<byte> values, Func<int, byte> of)
    {
        Span<byte> table = stackalloc byte[Levels];
        for (int level = 0; level < Levels; level++)
            table[level] = of(level);
        foreach (ref byte value in values)
            value = table[value];
    }
}
