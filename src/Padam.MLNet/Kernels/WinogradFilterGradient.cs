namespace Padam.MLNet.Kernels;

/// <summary>The gradient of the filters: the sum over all tiles of vt dm in the transformed domain, transformed back. The same bits whatever the number of threads.</summary>
/// <remarks>
/// Tiles are taken in chunks. All threads transform a chunk, then each adds its share of the result's elements over the whole chunk: the order of the additions
/// is fixed, and no partial sums need adding up.
/// </remarks>
internal static unsafe class WinogradFilterGradient<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, ILanes<T>
{
    private const int Panel = WinogradProduct.Panel;
    private const int TransformTiles = 8;

    // The two panels that a product reads, 128 rows each, stay in the first-level cache together.
    private const int RowsAtOnce = 128;

    // A chunk in the transformed domain should stay in the last-level cache.
    private const int ChunkFloats = 2 << 20;

    /// <param name="x">[batch, height, width, inputs]: what the forward pass read.</param>
    /// <param name="dy">[batch, height + 2 padding - 2, width + 2 padding - 2, outputs]: the gradient of what it wrote.</param>
    /// <param name="gradient">Written.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    public static void Run(ChannelsLast x, ChannelsLast dy, FilterBank gradient, int padding)
    {
        var grid = new TileGrid(dy.Batch, dy.Height, dy.Width, TTile.Outputs);
        int elements = WinogradTransforms<TTile, T>.Elements, inputPanels = x.Channels / Panel, outputPanels = dy.Channels / Panel;
        int scratchLength = WinogradTransforms<TTile, T>.ScratchLength(Math.Max(x.Channels, dy.Channels));
        int rows = Math.Min(Math.Max(ChunkFloats / (elements * (x.Channels + dy.Channels)) / RowsAtOnce, 1) * RowsAtOnce, grid.Count);
        nint vSlice = WinogradTransforms<TTile, T>.Slice(rows * (nint)x.Channels), dmSlice = WinogradTransforms<TTile, T>.Slice(rows * (nint)dy.Channels);
        nint duSlice = WinogradTransforms<TTile, T>.Slice(Panel * Panel), duBlock = elements * duSlice;
        using Scratch memory = Scratch.Rent(elements * (vSlice + dmSlice));
        using Scratch sums = Scratch.Rent(inputPanels * outputPanels * duBlock);
        float* v = memory.Pointer, dm = v + elements * vSlice, du = sums.Pointer;

        for (int start = 0; start < grid.Count; start += rows)
        {
            int chunk = start, count = Math.Min(rows, grid.Count - start);
            Workers.Run((count + TransformTiles - 1) / TransformTiles, queue =>
            {
                using Scratch scratch = Scratch.Rent(scratchLength);
                while (queue.Next(out int item))
                {
                    int row = item * TransformTiles, tiles = Math.Min(TransformTiles, count - row);
                    WinogradTransforms<TTile, T>.Input(x, grid, padding, chunk + row, tiles, v + row * Panel, vSlice, rows, scratch.Pointer);
                    WinogradTransforms<TTile, T>.OutputGradient(dy, grid, chunk + row, tiles, dm + row * Panel, dmSlice, rows, scratch.Pointer);
                }
            });

            Workers.Run(elements * outputPanels, queue =>
            {
                while (queue.Next(out int item))
                {
                    (int element, int output) = Math.DivRem(item, outputPanels);
                    float* right = dm + element * dmSlice + (nint)output * rows * Panel;
                    for (int row = 0; row < count; row += RowsAtOnce)
                    {
                        for (int input = 0; input < inputPanels; input++)
                        {
                            float* left = v + element * vSlice + (nint)input * rows * Panel;
                            float* sum = du + (output * inputPanels + input) * duBlock + element * duSlice;
                            WinogradProduct.MultiplyTransposed<T>(left + row * Panel, right + row * Panel, Math.Min(RowsAtOnce, count - row), sum, chunk + row > 0);
                        }
                    }
                }
            });
        }

        Workers.Run(inputPanels * outputPanels, queue =>
        {
            using Scratch scratch = Scratch.Rent(scratchLength);
            while (queue.Next(out int item))
            {
                (int output, int input) = Math.DivRem(item, inputPanels);
                WinogradTransforms<TTile, T>.FilterGradient(du + item * duBlock, duSlice, gradient, output * Panel, input * Panel, Panel, scratch.Pointer);
            }
        });
    }
}
