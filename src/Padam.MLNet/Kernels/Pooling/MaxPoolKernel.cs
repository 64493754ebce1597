using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// The largest of each square of 2x2 pixels, channel by channel, and the gradient of that. Which pixel was the largest is found again
/// rather than kept: the map is read anyway, and libtorch's indices take twice as much memory as the largest values.
/// </summary>
internal static unsafe class MaxPoolKernel<T>
    where T : unmanaged, IRegister<T>
{
    /// <param name="x">The maps.</param>
    /// <param name="y">Half as high and wide, rounded down: written.</param>
    public static void Forward(ChannelsLastImages x, ChannelsLastImages y) =>
        Workers.Run(
            y.Batch * y.Height,
            queue =>
            {
                while (queue.Next(out int item))
                {
                    (int image, int row) = Math.DivRem(item, y.Height);
                    Forward(x.Row(image, 2 * row), x.Row(image, 2 * row + 1), y.Row(image, row), y.Width, y.Channels);
                }
            }
        );

    /// <param name="x">What the forward pass read.</param>
    /// <param name="dy">The gradient of what it wrote.</param>
    /// <param name="dx">The gradient of x: written.</param>
    public static void Backward(ChannelsLastImages x, ChannelsLastImages dy, ChannelsLastImages dx) =>
        Workers.Run(
            dy.Batch * dy.Height,
            queue =>
            {
                while (queue.Next(out int item))
                {
                    (int image, int row) = Math.DivRem(item, dy.Height);
                    float* top = dx.Row(image, 2 * row),
                        bottom = dx.Row(image, 2 * row + 1);
                    Backward(x.Row(image, 2 * row), x.Row(image, 2 * row + 1), dy.Row(image, row), top, bottom, dy.Width, dy.Channels);
                    // What no square reaches: the last column and the last row of maps with an odd side.
                    int pooled = 2 * dy.Width * dx.Channels,
                        rest = dx.Width * dx.Channels - pooled;
                    new Span<float>(top + pooled, rest).Clear();
                    new Span<float>(bottom + pooled, rest).Clear();
                    if (row == dy.Height - 1 && dx.Height > 2 * dy.Height)
                        new Span<float>(dx.Row(image, dx.Height - 1), dx.Width * dx.Channels).Clear();
                }
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward(float* top, float* bottom, float* to, int width, int channels)
    {
        for (int column = 0; column < width; column++, top += channels, bottom += channels)
        {
            for (int c = 0; c < channels; c += T.Count, top += T.Count, bottom += T.Count, to += T.Count)
            {
                T largest = Larger(T.Load(top + channels), T.Load(top));
                largest = Larger(T.Load(bottom), largest);
                T.Store(Larger(T.Load(bottom + channels), largest), to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward(float* top, float* bottom, float* dy, float* dTop, float* dBottom, int width, int channels)
    {
        nint square = 0;
        for (int column = 0; column < width; column++, square += channels)
        {
            for (int c = 0; c < channels; c += T.Count, square += T.Count, dy += T.Count)
            {
                T second = T.Load(top + square + channels),
                    third = T.Load(bottom + square),
                    largest = T.Load(top + square);
                T isSecond = T.IsNewLargest(second, largest);
                largest = T.Select(isSecond, second, largest);
                T isThird = T.IsNewLargest(third, largest);
                largest = T.Select(isThird, third, largest);
                T isFourth = T.IsNewLargest(T.Load(bottom + square + channels), largest);

                // Added to 0, as libtorch adds it: that makes -0 a 0.
                T zero = default,
                    left = T.Load(dy) + zero;
                T.Store(T.Select(isFourth, left, zero), dBottom + square + channels);
                left = T.Select(isFourth, zero, left);
                T.Store(T.Select(isThird, left, zero), dBottom + square);
                left = T.Select(isThird, zero, left);
                T.Store(T.Select(isSecond, left, zero), dTop + square + channels);
                T.Store(T.Select(isSecond, zero, left), dTop + square);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Larger(T value, T largest) => T.Select(T.IsNewLargest(value, largest), value, largest);
}
