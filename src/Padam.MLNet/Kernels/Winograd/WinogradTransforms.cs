using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Moves tiles between images and the transformed domain, where element (i, j) of all tiles is a matrix [tiles, channels] in panels.
/// </summary>
/// <remarks>The matrices lie a <c>slice</c> apart, which <see cref="Slice"/> gives.</remarks>
internal static unsafe class WinogradTransforms<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, ILanes<T>
{
    private const int Panel = WinogradProduct.Panel;
    private const int MaximalElements = 36;
    private const int TapCount = 9;

    /// <summary>Matrices in the transformed domain.</summary>
    public static int Elements => TTile.Points * TTile.Points;

    /// <summary>
    /// The distance between matrices of so many elements: one cache line more, lest element (i, j) of a tile fall into the same cache set
    /// for all i, j.
    /// </summary>
    public static nint Slice(nint elements) => elements + 16;

    /// <summary>How many floats of scratch the methods below need for images of so many channels.</summary>
    public static int ScratchLength(int channels) => 2 * MaximalElements * T.Count + Math.Max(channels, TapCount * Panel);

    /// <summary>v = Bt d B for some tiles of the input.</summary>
    /// <param name="x">The input.</param>
    /// <param name="grid">The tiles of the output.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="v">Row 0 of the first matrix.</param>
    /// <param name="slice">The distance between matrices.</param>
    /// <param name="rows">The rows of each matrix.</param>
    /// <param name="scratch">See <see cref="ScratchLength"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(
        ChannelsLast x,
        TileGrid grid,
        int padding,
        int first,
        int count,
        float* v,
        nint slice,
        int rows,
        float* scratch
    )
    {
        T* patch = (T*)scratch,
            half = patch + MaximalElements;
        float* zeros = Zeros(scratch, x.Channels);
        float** pixels = stackalloc float*[MaximalElements];
        int offset = TTile.Offset(padding);
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            x.Locate(image, top + offset, left + offset, TTile.Inputs, pixels, zeros);
            for (int channel = 0; channel < x.Channels; channel += T.Count)
            {
                for (int i = 0; i < TTile.Inputs * TTile.Inputs; i++)
                    patch[i] = *(T*)(pixels[i] + channel);
                TTile.Input(patch, 1, (T*)At(v, rows, row, channel), slice / T.Count, half);
            }
        }
    }

    /// <summary>dm = A dY At for some tiles of the output's gradient; the parameters are those of <see cref="Input"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(ChannelsLast dy, TileGrid grid, int first, int count, float* dm, nint slice, int rows, float* scratch)
    {
        T* patch = (T*)scratch,
            half = patch + MaximalElements;
        float* zeros = Zeros(scratch, dy.Channels);
        float** pixels = stackalloc float*[MaximalElements];
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            dy.Locate(image, top, left, TTile.Outputs, pixels, zeros);
            for (int channel = 0; channel < dy.Channels; channel += T.Count)
            {
                for (int i = 0; i < TTile.Outputs * TTile.Outputs; i++)
                    patch[i] = *(T*)(pixels[i] + channel);
                TTile.OutputGradient(patch, 1, (T*)At(dm, rows, row, channel), slice / T.Count, half);
            }
        }
    }

    /// <summary>Y = At m A for one panel of channels of some tiles, with the bias and, where asked for, the rectifier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(
        float* m,
        nint slice,
        ChannelsLast y,
        TileGrid grid,
        int first,
        int count,
        int firstChannel,
        float* bias,
        bool rectify,
        float* scratch
    )
    {
        T* patch = (T*)scratch,
            half = patch + MaximalElements;
        // What lies beyond the map is written to a place that nobody reads.
        float* nowhere = (float*)(half + MaximalElements);
        float** pixels = stackalloc float*[MaximalElements];
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            y.Locate(image, top, left, TTile.Outputs, pixels, nowhere);
            for (int lane = 0; lane < Panel; lane += T.Count)
            {
                int channel = firstChannel + lane;
                TTile.Output((T*)(m + row * Panel + lane), slice / T.Count, patch, 1, half);
                T shift = bias == null ? T.Zero : *(T*)(bias + channel);
                for (int i = 0; i < TTile.Outputs * TTile.Outputs; i++)
                {
                    T value = patch[i] + shift;
                    *(T*)(pixels[i] + channel) = rectify ? T.Max(value, T.Zero) : value;
                }
            }
        }
    }

    /// <summary>u = G g Gt for one panel of outputs and some inputs; row 0 of u is the first of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter(FilterBank filters, int firstOutput, int firstInput, int inputs, float* u, nint slice, float* scratch)
    {
        T* half = (T*)scratch;
        float* taps = (float*)(half + 2 * MaximalElements);
        for (nint row = 0; row < inputs; row++)
        {
            for (int output = 0; output < Panel; output++)
            {
                float* filter = filters.At(firstOutput + output, firstInput + (int)row);
                for (int tap = 0; tap < TapCount; tap++)
                    taps[tap * Panel + output] = filter[tap / 3 * filters.RowStride + tap % 3 * filters.ColumnStride];
            }

            for (int lane = 0; lane < Panel; lane += T.Count)
            {
                TTile.Filter((T*)(taps + lane), Panel / T.Count, (T*)(u + row * Panel + lane), slice / T.Count, half);
            }
        }
    }

    /// <summary>dg = Gt du G for one panel of outputs and some inputs; row 0 of du is the first of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FilterGradient(
        float* du,
        nint slice,
        FilterBank gradient,
        int firstOutput,
        int firstInput,
        int inputs,
        float* scratch
    )
    {
        T* half = (T*)scratch;
        float* taps = (float*)(half + 2 * MaximalElements);
        for (nint row = 0; row < inputs; row++)
        {
            for (int lane = 0; lane < Panel; lane += T.Count)
            {
                TTile.FilterGradient((T*)(du + row * Panel + lane), slice / T.Count, (T*)(taps + lane), Panel / T.Count, half);
            }

            for (int output = 0; output < Panel; output++)
            {
                float* filter = gradient.At(firstOutput + output, firstInput + (int)row);
                for (int tap = 0; tap < TapCount; tap++)
                    filter[tap / 3 * gradient.RowStride + tap % 3 * gradient.ColumnStride] = taps[tap * Panel + output];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* At(float* matrix, int rows, nint row, int column) =>
        matrix + ((nint)(column / Panel) * rows + row) * Panel + column % Panel;

    private static float* Zeros(float* scratch, int channels)
    {
        float* zeros = scratch + 2 * MaximalElements * T.Count;
        new Span<float>(zeros, channels).Clear();
        return zeros;
    }
}
