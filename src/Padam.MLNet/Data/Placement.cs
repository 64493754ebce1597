namespace Padam.MLNet.Data;

/// <summary>
/// Where an image lands on the canvas of its own size: moved by whole pixels (what leaves is lost; what is uncovered is black, or the image
/// reflected at its edge), mirrored or not.
/// </summary>
internal readonly record struct Placement(int Down, int Right, bool Mirrored, bool Reflected = false)
{
    internal static readonly Placement Unmoved;

    /// <summary>The row of the image that comes to a row of the canvas; -1 for none.</summary>
    internal int SourceRow(int y, int height) => Source(y - Down, height);

    /// <summary>The column of the image that comes to a column of the canvas; -1 for none.</summary>
    internal int SourceColumn(int x, int width) => Source((Mirrored ? width - 1 - x : x) - Right, width);

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
                int from = SourceRow(y, height);
                if (from < 0)
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

    /// <summary>Writes the placed image as it is stored, planes of bytes.</summary>
    internal void Write(ReadOnlySpan<byte> chw, ImageShape shape, Span<byte> target)
    {
        (int height, int width) = (shape.Height, shape.Width);
        for (int row = 0; row < ImageShape.Channels * height; row++)
        {
            (int c, int y) = Math.DivRem(row, height);
            Span<byte> to = target.Slice(row * width, width);
            int from = SourceRow(y, height);
            if (from >= 0)
                WriteRow(chw.Slice((c * shape.Pixels) + (from * width), width), to);
            else
                to.Clear();
        }
    }

    private void WriteRow(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int width = from.Length,
            first = Math.Clamp(Right, 0, width),
            end = Math.Clamp(width + Right, 0, width);
        if (first < end)
            from[(first - Right)..(end - Right)].CopyTo(to[first..end]);
        for (int x = 0; x < first; x++)
            to[x] = Reflected ? from[Reflect(x - Right, width)] : (byte)0;
        for (int x = end; x < width; x++)
            to[x] = Reflected ? from[Reflect(x - Right, width)] : (byte)0;
        if (Mirrored)
            to.Reverse();
    }

    private int Source(int index, int length) =>
        Reflected ? Reflect(index, length)
        : (uint)index < (uint)length ? index
        : -1;

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
