namespace Padam.MLNet.Data;

/// <summary>
/// Where an image lands on the canvas of its own size: moved by whole pixels (what leaves is lost, what is uncovered is black), mirrored or
/// not.
/// </summary>
internal readonly record struct Placement(int Down, int Right, bool Mirrored)
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
                int from = y - Down;
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
                    target[(x * ImageShape.Channels) + c] = (uint)column < (uint)width ? map.Map(c, source[column]) : padding;
                }
            }
        }
    }
}
