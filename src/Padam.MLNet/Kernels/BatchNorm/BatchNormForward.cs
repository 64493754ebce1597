using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>The two passes of batch normalisation over a batch: its statistics, then y = activation(x scale + shift + residual).</summary>
internal static unsafe class BatchNormForward<T>
    where T : unmanaged, IRegister<T>
{
    /// <summary>Mean and biased variance of each channel.</summary>
    /// <remarks>
    /// A chunk is summed relative to its own first row, lest a large mean drown a small variance; chunks are joined as in Chan, Golub and
    /// LeVeque (1979).
    /// </remarks>
    public static void Statistics(float* x, PixelRows rows, double[] mean, double[] variance)
    {
        int channels = rows.Channels;
        using Scratch sums = Scratch.Rent((long)channels * rows.Chunks, "Batch normalisation: sums"),
            squares = Scratch.Rent((long)channels * rows.Chunks, "Batch normalisation: sums of squares");
        float* allSums = sums.Pointer,
            allSquares = squares.Pointer;
        Workers.Run(
            rows.Chunks,
            queue =>
            {
                while (queue.Next(out int chunk))
                    Sum(x, rows, chunk, allSums + (nint)channels * chunk, allSquares + (nint)channels * chunk);
            }
        );

        for (int c = 0; c < channels; c++)
        {
            double count = 0,
                average = 0,
                deviations = 0;
            for (int chunk = 0; chunk < rows.Chunks; chunk++)
            {
                (nint start, int n) = rows.Chunk(chunk);
                double sum = allSums[(nint)channels * chunk + c],
                    ofSquares = allSquares[(nint)channels * chunk + c];
                double apart = x[start + c] + sum / n - average,
                    all = count + n;
                deviations += ofSquares - sum * sum / n + apart * apart * count * n / all;
                average += apart * n / all;
                count = all;
            }

            (mean[c], variance[c]) = (average, deviations / count);
        }
    }

    /// <summary>y = activation(x scale + shift + residual), without the residual where it is null.</summary>
    public static void Normalize<TActivation>(float* x, PixelRows rows, float* scale, float* shift, float* residual, float* y)
        where TActivation : IActivation =>
        Workers.Run(
            rows.Chunks,
            queue =>
            {
                while (queue.Next(out int chunk))
                    Normalize<TActivation>(x, rows, chunk, scale, shift, residual, y);
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<TActivation>(float* x, PixelRows rows, int chunk, float* scale, float* shift, float* residual, float* y)
        where TActivation : IActivation
    {
        (nint start, int count) = rows.Chunk(chunk);
        int channels = rows.Channels;
        for (nint row = start, end = start + (nint)count * channels; row < end; row += channels)
        {
            for (int c = 0; c < channels; c += T.Count)
            {
                T value = T.Load(x + row + c) * T.Load(scale + c) + T.Load(shift + c);
                if (residual != null)
                    value += T.Load(residual + row + c);
                T.Store(TActivation.Apply(value), y + row + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(float* x, PixelRows rows, int chunk, float* sums, float* squares)
    {
        (nint start, int count) = rows.Chunk(chunk);
        int channels = rows.Channels;
        new Span<float>(sums, channels).Clear();
        new Span<float>(squares, channels).Clear();
        float* first = x + start;
        for (nint row = 0; row < (nint)count * channels; row += channels)
        {
            for (int c = 0; c < channels; c += T.Count)
            {
                T apart = T.Load(first + row + c) - T.Load(first + c);
                T.Store(T.Load(sums + c) + apart, sums + c);
                T.Store(T.Load(squares + c) + apart * apart, squares + c);
            }
        }
    }
}
