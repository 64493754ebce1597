namespace Padam.MLNet.Kernels;

/// <summary>y = x * filters + bias by Winograd's algorithm, [rectified], on all threads. The same bits whatever their number.</summary>
internal static unsafe class WinogradForward<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, ILanes<T>
{
    private const int Panel = WinogradProduct.Panel;

    // With 64 channels the transformed block and its products fill about half of a 1 MiB second-level cache; the filters stream through the
    // rest.
    private const int BlockTiles = 32;

    /// <param name="x">[batch, height, width, inputs].</param>
    /// <param name="filters">Outputs and inputs are multiples of 32.</param>
    /// <param name="bias">One value an output, or null.</param>
    /// <param name="y">[batch, height + 2 padding - 2, width + 2 padding - 2, outputs]: written.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    /// <param name="rectify">Whether negative outputs become zero.</param>
    public static void Run(ChannelsLast x, FilterBank filters, float* bias, ChannelsLast y, int padding, bool rectify)
    {
        var grid = new TileGrid(y.Batch, y.Height, y.Width, TTile.Outputs);
        // Either all filters pass by each block of tiles, or all tiles pass by each panel of filters: the smaller of the two does the
        // passing.
        if (grid.Count > filters.Outputs)
            FiltersPassTiles(x, filters, bias, y, grid, padding, rectify);
        else
            TilesPassFilters(x, filters, bias, y, grid, padding, rectify);
    }

    private static int Elements => WinogradTransforms<TTile, T>.Elements;

    private static void FiltersPassTiles(
        ChannelsLast x,
        FilterBank filters,
        float* bias,
        ChannelsLast y,
        TileGrid grid,
        int padding,
        bool rectify
    )
    {
        int inputPanels = filters.Inputs / Panel,
            outputPanels = filters.Outputs / Panel,
            scratchLength = WinogradTransforms<TTile, T>.ScratchLength(filters.Inputs);
        nint uSlice = WinogradTransforms<TTile, T>.Slice((nint)filters.Inputs * Panel),
            vSlice = WinogradTransforms<TTile, T>.Slice(BlockTiles * (nint)filters.Inputs);
        nint mSlice = WinogradTransforms<TTile, T>.Slice(BlockTiles * Panel);
        using Scratch transformed = Scratch.Rent(outputPanels * Elements * uSlice);
        float* u = transformed.Pointer;
        Workers.Run(
            inputPanels * outputPanels,
            queue =>
            {
                using Scratch scratch = Scratch.Rent(scratchLength);
                while (queue.Next(out int item))
                {
                    (int output, int input) = Math.DivRem(item, inputPanels);
                    WinogradTransforms<TTile, T>.Filter(
                        filters,
                        output * Panel,
                        input * Panel,
                        Panel,
                        u + output * Elements * uSlice + input * Panel * Panel,
                        uSlice,
                        scratch.Pointer
                    );
                }
            }
        );

        Workers.Run(
            (grid.Count + BlockTiles - 1) / BlockTiles,
            queue =>
            {
                using Scratch memory = Scratch.Rent(Elements * (vSlice + mSlice) + scratchLength);
                float* v = memory.Pointer,
                    m = v + Elements * vSlice,
                    scratch = m + Elements * mSlice;
                while (queue.Next(out int block))
                {
                    int first = block * BlockTiles,
                        count = Math.Min(BlockTiles, grid.Count - first);
                    WinogradTransforms<TTile, T>.Input(x, grid, padding, first, count, v, vSlice, BlockTiles, scratch);
                    for (int panel = 0; panel < outputPanels; panel++)
                    {
                        Products(v, vSlice, BlockTiles, u + panel * Elements * uSlice, uSlice, inputPanels, count, m, mSlice);
                        WinogradTransforms<TTile, T>.Output(m, mSlice, y, grid, first, count, panel * Panel, bias, rectify, scratch);
                    }
                }
            }
        );
    }

    private static void TilesPassFilters(
        ChannelsLast x,
        FilterBank filters,
        float* bias,
        ChannelsLast y,
        TileGrid grid,
        int padding,
        bool rectify
    )
    {
        const int group = WinogradProduct.RowGroup;
        int inputPanels = filters.Inputs / Panel,
            outputPanels = filters.Outputs / Panel,
            scratchLength = WinogradTransforms<TTile, T>.ScratchLength(filters.Inputs);
        int groups = (grid.Count + group - 1) / group,
            rows = groups * group;
        nint uSlice = WinogradTransforms<TTile, T>.Slice((nint)filters.Inputs * Panel),
            vSlice = WinogradTransforms<TTile, T>.Slice(rows * (nint)filters.Inputs);
        nint mSlice = WinogradTransforms<TTile, T>.Slice(rows * Panel);
        using Scratch transformed = Scratch.Rent(Elements * vSlice);
        float* v = transformed.Pointer;
        Workers.Run(
            groups,
            queue =>
            {
                using Scratch scratch = Scratch.Rent(scratchLength);
                while (queue.Next(out int item))
                {
                    int first = item * group;
                    WinogradTransforms<TTile, T>.Input(
                        x,
                        grid,
                        padding,
                        first,
                        Math.Min(group, grid.Count - first),
                        v + first * Panel,
                        vSlice,
                        rows,
                        scratch.Pointer
                    );
                }
            }
        );

        Workers.Run(
            outputPanels,
            queue =>
            {
                using Scratch memory = Scratch.Rent(Elements * (uSlice + mSlice) + scratchLength);
                float* u = memory.Pointer,
                    m = u + Elements * uSlice,
                    scratch = m + Elements * mSlice;
                while (queue.Next(out int panel))
                {
                    WinogradTransforms<TTile, T>.Filter(filters, panel * Panel, 0, filters.Inputs, u, uSlice, scratch);
                    Products(v, vSlice, rows, u, uSlice, inputPanels, grid.Count, m, mSlice);
                    WinogradTransforms<TTile, T>.Output(m, mSlice, y, grid, 0, grid.Count, panel * Panel, bias, rectify, scratch);
                }
            }
        );
    }

    private static void Products(float* v, nint vSlice, int vRows, float* u, nint uSlice, int inputPanels, int count, float* m, nint mSlice)
    {
        int rows = (count + WinogradProduct.RowGroup - 1) / WinogradProduct.RowGroup * WinogradProduct.RowGroup;
        for (int i = 0; i < Elements; i++)
            WinogradProduct.Multiply<T>(v + i * vSlice, (nint)vRows * Panel, u + i * uSlice, inputPanels, rows, m + i * mSlice);
    }
}
