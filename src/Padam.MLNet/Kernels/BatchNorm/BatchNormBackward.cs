using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>The two passes of batch normalisation's gradient: sums over the batch, then the input's gradient.</summary>
/// <remarks>g below is the gradient of the normalised values: that of the output, zero where the rectifier was shut.</remarks>
internal static unsafe class BatchNormBackward<T>
    where T : unmanaged, IRegister<T>
{
    /// <summary>
    /// The sums of g and of g (x - mean) over each channel; the residual's gradient, which is g, goes to
    /// <paramref name="residualGradient"/> unless that is null.
    /// </summary>
    public static void Sums(
        float* dy,
        float* x,
        PixelRows rows,
        float* mean,
        Rectifier rectifier,
        float* residualGradient,
        double[] sum,
        double[] product
    )
    {
        int channels = rows.Channels;
        using Scratch sums = Scratch.Rent((long)channels * rows.Chunks, "Batch normalisation: sums of gradients"),
            products = Scratch.Rent((long)channels * rows.Chunks, "Batch normalisation: sums of products");
        float* allSums = sums.Pointer,
            allProducts = products.Pointer;
        Workers.Run(
            rows.Chunks,
            queue =>
            {
                while (queue.Next(out int chunk))
                {
                    nint at = (nint)channels * chunk;
                    Sum(dy, x, rows, chunk, mean, rectifier, residualGradient, allSums + at, allProducts + at);
                }
            }
        );

        for (int c = 0; c < channels; c++)
        {
            (sum[c], product[c]) = (0, 0);
            for (int chunk = 0; chunk < rows.Chunks; chunk++)
            {
                sum[c] += allSums[(nint)channels * chunk + c];
                product[c] += allProducts[(nint)channels * chunk + c];
            }
        }
    }

    /// <summary>dx = a g + b x + c, with an a, b and c for each channel.</summary>
    public static void InputGradient(float* dy, float* x, PixelRows rows, Rectifier rectifier, float* a, float* b, float* c, float* dx) =>
        Workers.Run(
            rows.Chunks,
            queue =>
            {
                while (queue.Next(out int chunk))
                    InputGradient(dy, x, rows, chunk, rectifier, a, b, c, dx);
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient(
        float* dy,
        float* x,
        PixelRows rows,
        int chunk,
        Rectifier rectifier,
        float* a,
        float* b,
        float* c,
        float* dx
    )
    {
        (nint start, int count) = rows.Chunk(chunk);
        int channels = rows.Channels;
        for (nint row = start, end = start + (nint)count * channels; row < end; row += channels)
        {
            for (int channel = 0; channel < channels; channel += T.Count)
            {
                T value = T.Load(x + row + channel),
                    g = rectifier.Pass(T.Load(dy + row + channel), value, row, channel);
                T.Store(T.Load(a + channel) * g + T.Load(b + channel) * value + T.Load(c + channel), dx + row + channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(
        float* dy,
        float* x,
        PixelRows rows,
        int chunk,
        float* mean,
        Rectifier rectifier,
        float* residualGradient,
        float* sums,
        float* products
    )
    {
        (nint start, int count) = rows.Chunk(chunk);
        int channels = rows.Channels;
        new Span<float>(sums, channels).Clear();
        new Span<float>(products, channels).Clear();
        for (nint row = start, end = start + (nint)count * channels; row < end; row += channels)
        {
            for (int c = 0; c < channels; c += T.Count)
            {
                T value = T.Load(x + row + c),
                    g = rectifier.Pass(T.Load(dy + row + c), value, row, c);
                if (residualGradient != null)
                    T.Store(g, residualGradient + row + c);
                T.Store(T.Load(sums + c) + g, sums + c);
                T.Store(T.Load(products + c) + g * (value - T.Load(mean + c)), products + c);
            }
        }
    }

    /// <summary>
    /// Which gradients pass: all of them, or those of outputs above zero. Computing the output again is as quick as reading it, and it need
    /// not be kept.
    /// </summary>
    internal readonly struct Rectifier(bool rectified, float* scale, float* shift, float* residual)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Pass(T dy, T x, nint row, int channel)
        {
            if (!rectified)
                return dy;
            T y = x * T.Load(scale + channel) + T.Load(shift + channel);
            if (residual != null)
                y += T.Load(residual + row + channel);
            return T.WherePositive(y, dy);
        }
    }
}
