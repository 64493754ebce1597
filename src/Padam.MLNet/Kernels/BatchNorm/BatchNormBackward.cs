using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>The two passes of batch normalisation's gradient: sums over the batch, then the input's gradient.</summary>
/// <remarks>g below is the gradient of the normalised values: that of the output, through the activation.</remarks>
internal static unsafe class BatchNormBackward<T, TActivation>
    where T : unmanaged, IRegister<T>
    where TActivation : IActivation
{
    /// <summary>
    /// The sums of g and of g (x - mean) over each channel; g itself, which is the residual's gradient, goes to
    /// <paramref name="g"/> unless that is null.
    /// </summary>
    public static void Sums(float* dy, float* x, PixelRows rows, float* mean, Activated activated, float* g, double[] sum, double[] product)
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
                    Sum(dy, x, rows, chunk, mean, activated, g, allSums + at, allProducts + at);
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
    public static void InputGradient(float* dy, float* x, PixelRows rows, Activated activated, float* a, float* b, float* c, float* dx) =>
        Workers.Run(
            rows.Chunks,
            queue =>
            {
                while (queue.Next(out int chunk))
                    InputGradient(dy, x, rows, chunk, activated, a, b, c, dx);
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient(
        float* dy,
        float* x,
        PixelRows rows,
        int chunk,
        Activated activated,
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
                    g = activated.Gradient(T.Load(dy + row + channel), value, row, channel);
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
        Activated activated,
        float* g,
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
                    passed = activated.Gradient(T.Load(dy + row + c), value, row, c);
                if (g != null)
                    T.Store(passed, g + row + c);
                T.Store(T.Load(sums + c) + passed, sums + c);
                T.Store(T.Load(products + c) + passed * (value - T.Load(mean + c)), products + c);
            }
        }
    }

    /// <summary>
    /// What the activation was given. Computing that again is as quick as reading it, and it need not be kept.
    /// </summary>
    internal readonly struct Activated(float* scale, float* shift, float* residual)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Gradient(T dy, T x, nint row, int channel)
        {
            if (typeof(TActivation) == typeof(Identity))
                return dy;
            T y = x * T.Load(scale + channel) + T.Load(shift + channel);
            if (residual != null)
                y += T.Load(residual + row + channel);
            return TActivation.Gradient(y, dy);
        }
    }
}
