using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// The pixels of a convolution's input under its kernel (im2col), one row of 32 numbers for each output: pixel by pixel, channel by
/// channel, then zeros.
/// </summary>
/// <param name="x">The input.</param>
/// <param name="y">The output, for its size.</param>
/// <param name="shape">The convolution, whose patch has 32 numbers at most.</param>
internal readonly unsafe struct PatchRows(ChannelsLastImages x, ChannelsLastImages y, ConvolutionShape shape)
{
    private const int Panel = PanelProduct.Panel;

    private readonly int _kernel = (int)shape.Kernel,
        _stride = (int)shape.Stride,
        _padding = (int)shape.Padding;

    /// <summary>Outputs, one after the other: image by image, row by row.</summary>
    public long Count { get; } = (long)y.Batch * y.Height * y.Width;

    /// <summary>Writes the rows of some outputs.</summary>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">[count, 32]: written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(long first, int count, float* to)
    {
        int pixel = x.Channels,
            line = _kernel * pixel;
        (long row, long column) = Math.DivRem(first, y.Width);
        (int image, int top) = ((int)(row / y.Height), (int)(row % y.Height));
        int left = (int)column;
        for (int i = 0; i < count; i++, to += Panel)
        {
            float* at = to;
            int firstColumn = left * _stride - _padding;
            for (int tap = 0; tap < _kernel; tap++, at += line)
            {
                int inputRow = top * _stride - _padding + tap;
                if ((uint)inputRow < (uint)x.Height)
                    Line(x.Row(image, inputRow), firstColumn, at);
                else
                    Clear(at, line);
            }

            Clear(at, (int)(to + Panel - at));
            if (++left < y.Width)
                continue;
            left = 0;
            if (++top < y.Height)
                continue;
            (top, image) = (0, image + 1);
        }
    }

    // A row of the kernel, zeros where it is beyond the image.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Line(float* row, int firstColumn, float* to)
    {
        int before = Math.Clamp(-firstColumn, 0, _kernel),
            within = Math.Clamp(x.Width - firstColumn, before, _kernel),
            pixel = x.Channels;
        Clear(to, before * pixel);
        float* from = row + (nint)firstColumn * pixel;
        for (int i = before * pixel; i < within * pixel; i++)
            to[i] = from[i];
        Clear(to + within * pixel, (_kernel - within) * pixel);
    }

    // By itself: a span's Clear is a call that costs more than the few numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* to, int count)
    {
        for (int i = 0; i < count; i++)
            to[i] = 0;
    }
}
