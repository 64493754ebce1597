using System.Numerics.Tensors;

namespace Padam.MLNet.Data;

/// <summary>
/// Brings a picture to another size by bilinear resampling with antialiasing: each new pixel is the mean of the pixels that it covers, and
/// of their neighbours, by a triangle as wide as two new pixels, as Pillow's BILINEAR and torchvision's Resize(antialias=True) do it.
/// </summary>
/// <remarks>
/// Written here lest a model score differently from program to program: SkiaSharp 2 and 3 resize to other bytes. Each value is the same
/// sum in the same order on every machine.
/// </remarks>
internal sealed class Resampling
{
    private const int Channels = 4;

    private readonly int _first;
    private readonly float[] _weights;

    // What one new row or column takes of which old ones.
    private Resampling(int first, float[] weights) => (_first, _weights) = (first, weights);

    /// <summary>Resizes.</summary>
    /// <param name="from">Rows of pixels of four bytes.</param>
    /// <param name="rowBytes">The distance between two rows.</param>
    /// <param name="height">The rows.</param>
    /// <param name="width">The pixels of a row.</param>
    /// <param name="newHeight">The rows to make.</param>
    /// <param name="newWidth">The pixels of such a row.</param>
    /// <returns>Rows of pixels of four bytes, one after the other.</returns>
    internal static byte[] Resize(ReadOnlySpan<byte> from, int rowBytes, int height, int width, int newHeight, int newWidth)
    {
        byte[] to = new byte[newHeight * newWidth * Channels];
        Resampling[] rows = Of(height, newHeight),
            columns = Of(width, newWidth);
        float[] sum = new float[width * Channels],
            row = new float[width * Channels];
        for (int y = 0; y < newHeight; y++)
        {
            Array.Clear(sum);
            for (int i = 0; i < rows[y]._weights.Length; i++)
            {
                TensorPrimitives.ConvertTruncating(from.Slice((rows[y]._first + i) * rowBytes, row.Length), row);
                TensorPrimitives.Multiply(row, rows[y]._weights[i], row);
                TensorPrimitives.Add(sum, row, sum);
            }

            Span<byte> target = to.AsSpan(y * newWidth * Channels, newWidth * Channels);
            for (int x = 0; x < newWidth; x++)
                columns[x].Apply(sum, target.Slice(x * Channels, Channels));
        }

        return to;
    }

    private void Apply(float[] row, Span<byte> pixel)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            float value = 0;
            for (int i = 0; i < _weights.Length; i++)
                value += _weights[i] * row[(_first + i) * Channels + channel];
            pixel[channel] = (byte)Math.Clamp(value + 0.5f, 0, 255);
        }
    }

    /// <summary>The weights of each new row (or column).</summary>
    private static Resampling[] Of(int length, int newLength)
    {
        double scale = (double)length / newLength,
            reach = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, newLength).Select(index => At((index + 0.5) * scale, reach, length))];
    }

    private static Resampling At(double centre, double reach, int length)
    {
        int first = Math.Max(0, (int)(centre - reach + 0.5)),
            end = Math.Min(length, (int)(centre + reach + 0.5));
        double[] triangle = [.. Enumerable.Range(first, end - first).Select(i => Math.Max(0, 1 - Math.Abs((i + 0.5 - centre) / reach)))];
        double total = triangle.Sum();
        return new Resampling(first, [.. triangle.Select(weight => (float)(weight / total))]);
    }
}
