namespace Padam.MLNet.Data;

/// <summary>
/// Where an image lands on the canvas of its own size: moved by whole pixels (what leaves is lost; what is uncovered is black, or the image
/// reflected at its edge), mirrored or not.
/// </summary>
internal readonly record struct Placement(int Down, int Right, bool Mirrored, bool Reflected = false)
{
    internal static readonly Placement Unmoved;

    /// <summary>Writes the placed, mapped image as HWC.</summary>
    internal void Write<T, TMap>(ReadOnlySpan<T> chw, ImageShape shape, TMap map, Span<float> hwc)
        where TMap : struct, IPixelMap<T>
    {
        (int height, int width) = (shape.Height, shape.Width);
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            ReadOnlySpan<T> plane = chw.Slice(c * shape.Pixels, shape.Pixels);
            float padding = map.Padding(c);
            for (int y = 0; y < height; y++)
            {
                Span<float> target = hwc.Slice(y * width * ImageShape.Channels, width * ImageShape.Channels);
                int from = Reflected ? Reflect(y - Down, height) : y - Down;
                if ((uint)from >= (uint)height)
                {
                    for (int x = 0; x < width; x++)
                        target[(x * ImageShape.Channels) + c] = padding;
                    continue;
                }

                ReadOnlySpan<T> source = plane.Slice(from * width, width);
                for (int x = 0; x < width; x++)
                {
                    int column = (Mirrored ? width - 1 - x : x) - Right;
                    if (Reflected)
                        column = Reflect(column, width);
                    target[(x * ImageShape.Channels) + c] = (uint)column < (uint)width ? map.Map(c, source[column]) : padding;
                }
            }
        }
    }

    // The edge itself is not repeated: ... 2 1 0 1 2 ... n-2 n-1 n-2 ...
    private static int Reflect(int index, int length)
    {
        if ((uint)index < (uint)length || length == 1)
            return length == 1 ? 0 : index;
        int period = 2 * (length - 1),
            within = ((index % period) + period) % period;
        return within < length ? within : period - within;
    }
}
