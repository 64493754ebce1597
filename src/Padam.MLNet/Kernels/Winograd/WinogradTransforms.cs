using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Moves tiles between images and the transformed domain, where element (i, j) of all tiles is a matrix [tiles, channels] in panels.
/// </summary>
internal static unsafe class WinogradTransforms<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, IRegister<T>
{
    private const int Panel = PanelProduct.Panel;
    private const int MaximalElements = TileBuffers<T>.MaximalElements;
    private const int TapCount = TileBuffers<T>.TapCount;

    /// <summary>Matrices in the transformed domain.</summary>
    public static int Elements => TTile.Points * TTile.Points;

    /// <summary>v = Bt d B for some tiles of the input.</summary>
    /// <param name="x">The input.</param>
    /// <param name="grid">The tiles of the output.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="v">A matrix [tiles, channels] for each element: written.</param>
    /// <param name="firstRow">The row of the first tile.</param>
    /// <param name="buffers">Made for the channels of <paramref name="x"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(
        ChannelsLastImages x,
        TileGrid grid,
        int padding,
        int first,
        int count,
        PanelMatrices v,
        int firstRow,
        TileBuffers<T> buffers
    )
    {
        T* patch = buffers.Patch,
            half = buffers.Half;
        float* zeros = buffers.Zeros,
            to = v.At(0, firstRow);
        nint panelStride = v.PanelStride,
            stride = v.Stride / T.Count;
        float** pixels = stackalloc float*[MaximalElements];
        int offset = TTile.Offset(padding);
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            x.Locate(image, top + offset, left + offset, TTile.Inputs, 0, pixels, zeros);
            for (int channel = 0; channel < x.Channels; channel += T.Count)
            {
                for (int i = 0; i < TTile.Inputs * TTile.Inputs; i++)
                    patch[i] = *(T*)(pixels[i] + channel);
                TTile.Input(patch, 1, (T*)At(to, panelStride, row, channel), stride, half);
            }
        }
    }

    /// <summary>dm = A dY At for some tiles of the output's gradient; the parameters are those of <see cref="Input"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(
        ChannelsLastImages dy,
        TileGrid grid,
        int first,
        int count,
        PanelMatrices dm,
        int firstRow,
        TileBuffers<T> buffers
    )
    {
        T* patch = buffers.Patch,
            half = buffers.Half;
        float* zeros = buffers.Zeros,
            to = dm.At(0, firstRow);
        nint panelStride = dm.PanelStride,
            stride = dm.Stride / T.Count;
        float** pixels = stackalloc float*[MaximalElements];
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            dy.Locate(image, top, left, TTile.Outputs, 0, pixels, zeros);
            for (int channel = 0; channel < dy.Channels; channel += T.Count)
            {
                for (int i = 0; i < TTile.Outputs * TTile.Outputs; i++)
                    patch[i] = *(T*)(pixels[i] + channel);
                TTile.OutputGradient(patch, 1, (T*)At(to, panelStride, row, channel), stride, half);
            }
        }
    }

    /// <summary>Y = At m A for one panel of channels of some tiles, with the bias and the activation.</summary>
    /// <param name="m">A matrix [tiles, channels] for each element.</param>
    /// <param name="panel">The panel of its channels.</param>
    /// <param name="y">Written.</param>
    /// <param name="grid">The tiles of <paramref name="y"/>.</param>
    /// <param name="first">The tile of row 0.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="firstChannel">The channel of column 0.</param>
    /// <param name="bias">One value a channel of <paramref name="y"/>, or null.</param>
    /// <param name="buffers">For any number of channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<TActivation>(
        PanelMatrices m,
        int panel,
        ChannelsLastImages y,
        TileGrid grid,
        int first,
        int count,
        int firstChannel,
        float* bias,
        TileBuffers<T> buffers
    )
        where TActivation : IActivation
    {
        T* patch = buffers.Patch,
            half = buffers.Half;
        float* beyond = buffers.Beyond,
            from = m.At(0, 0, panel);
        nint stride = m.Stride / T.Count;
        int lanes = Math.Min(Panel, y.Channels - firstChannel);
        float** pixels = stackalloc float*[MaximalElements];
        for (nint row = 0; row < count; row++)
        {
            (int image, int top, int left) = grid[first + (int)row];
            y.Locate(image, top, left, TTile.Outputs, firstChannel, pixels, beyond);
            for (int lane = 0; lane < lanes; lane += T.Count)
            {
                TTile.Output((T*)(from + row * Panel + lane), stride, patch, 1, half);
                T shift = bias == null ? default : *(T*)(bias + firstChannel + lane);
                for (int i = 0; i < TTile.Outputs * TTile.Outputs; i++)
                    *(T*)(pixels[i] + lane) = TActivation.Apply(patch[i] + shift);
            }
        }
    }

    /// <summary>u = G g Gt for one panel of outputs and some inputs.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="firstOutput">The output of column 0.</param>
    /// <param name="firstInput">The first input.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="u">A matrix [inputs, 32] for each element, from <paramref name="firstMatrix"/> on: written.</param>
    /// <param name="firstMatrix">The matrix of the first element.</param>
    /// <param name="firstRow">The row of the first input.</param>
    /// <param name="buffers">For any number of channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter(
        FilterBank filters,
        int firstOutput,
        int firstInput,
        int inputs,
        PanelMatrices u,
        int firstMatrix,
        int firstRow,
        TileBuffers<T> buffers
    )
    {
        T* half = buffers.Half;
        float* taps = buffers.Taps,
            to = u.At(firstMatrix, firstRow);
        nint stride = u.Stride / T.Count;
        int outputs = Math.Min(Panel, filters.Outputs - firstOutput);
        // Filters beyond the last are zero.
        new Span<float>(taps, TapCount * Panel).Clear();
        for (nint row = 0; row < inputs; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                float* filter = filters.At(firstOutput + output, firstInput + (int)row);
                for (int tap = 0; tap < TapCount; tap++)
                    taps[tap * Panel + output] = filter[tap / 3 * filters.RowStride + tap % 3 * filters.ColumnStride];
            }

            for (int lane = 0; lane < Panel; lane += T.Count)
                TTile.Filter((T*)(taps + lane), Panel / T.Count, (T*)(to + row * Panel + lane), stride, half);
        }
    }

    /// <summary>dg = Gt du G for one panel of inputs and one of outputs.</summary>
    /// <param name="du">A matrix [32, 32] for each element, from <paramref name="firstMatrix"/> on.</param>
    /// <param name="firstMatrix">The matrix of the first element.</param>
    /// <param name="gradient">Written.</param>
    /// <param name="firstOutput">The output of column 0.</param>
    /// <param name="firstInput">The input of row 0.</param>
    /// <param name="buffers">For any number of channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FilterGradient(
        PanelMatrices du,
        nint firstMatrix,
        FilterBank gradient,
        int firstOutput,
        int firstInput,
        TileBuffers<T> buffers
    )
    {
        T* half = buffers.Half;
        float* taps = buffers.Taps,
            from = du.At(firstMatrix);
        nint stride = du.Stride / T.Count;
        int inputs = Math.Min(Panel, gradient.Inputs - firstInput),
            outputs = Math.Min(Panel, gradient.Outputs - firstOutput);
        for (nint row = 0; row < inputs; row++)
        {
            for (int lane = 0; lane < Panel; lane += T.Count)
                TTile.FilterGradient((T*)(from + row * Panel + lane), stride, (T*)(taps + lane), Panel / T.Count, half);

            for (int output = 0; output < outputs; output++)
            {
                float* filter = gradient.At(firstOutput + output, firstInput + (int)row);
                for (int tap = 0; tap < TapCount; tap++)
                    filter[tap / 3 * gradient.RowStride + tap % 3 * gradient.ColumnStride] = taps[tap * Panel + output];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* At(float* matrix, nint panelStride, nint row, int column) =>
        matrix + column / Panel * panelStride + row * Panel + column % Panel;
}
