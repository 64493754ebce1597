namespace Padam.MLNet.Kernels;

/// <summary>
/// The gradient of the filters: the sum over all tiles of vt dm in the transformed domain, transformed back. The same bits whatever the
/// number of threads.
/// </summary>
/// <remarks>
/// Tiles are taken in chunks that a cache holds in the transformed domain. Threads meet as seldom as possible: where another program keeps
/// a core busy, each
/// meeting costs a slice of the scheduler's time. How the work is cut depends on the shape alone, and so does the order of all additions.
/// </remarks>
internal sealed unsafe class WinogradFilterGradient<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, ILanes<T>
{
    private const int Panel = WinogradProduct.Panel;

    // The two panels that a product reads, 128 rows each, stay in the first-level cache together.
    private const int RowsAtOnce = 128;

    // Tiles in a chunk that one thread handles alone, in its second-level cache.
    private const int OwnRows = 32;

    // A chunk that all threads share: 8 MiB, in the last-level cache.
    private const int SharedFloats = 2 << 20;

    // The sums of all parts of the tiles: 20 MiB, in the last-level cache for the most part.
    private const int SumFloats = 5 << 20;
    private const int MaximalParts = 16,
        MinimalParts = 8;

    private static readonly nint SumSlice = WinogradTransforms<TTile, T>.Slice(Panel * Panel);

    private readonly ChannelsLast _x,
        _dy;
    private readonly FilterBank _gradient;
    private readonly TileGrid _grid;
    private readonly int _padding,
        _inputPanels,
        _outputPanels,
        _rows,
        _scratchLength;
    private readonly nint _vSlice,
        _dmSlice;

    private WinogradFilterGradient(ChannelsLast x, ChannelsLast dy, FilterBank gradient, int padding)
    {
        (_x, _dy, _gradient, _padding) = (x, dy, gradient, padding);
        (_inputPanels, _outputPanels) = (x.Channels / Panel, dy.Channels / Panel);
        _grid = new TileGrid(dy.Batch, dy.Height, dy.Width, TTile.Outputs);
        Parts = (int)Math.Min(SumFloats / SumsLength, MaximalParts);
        int sharedRows = Math.Max(SharedFloats / (Elements * (x.Channels + dy.Channels)) / RowsAtOnce, 1) * RowsAtOnce;
        _rows = Math.Min(IsCutIntoParts ? OwnRows : sharedRows, _grid.Count);
        _vSlice = WinogradTransforms<TTile, T>.Slice(_rows * (nint)x.Channels);
        _dmSlice = WinogradTransforms<TTile, T>.Slice(_rows * (nint)dy.Channels);
        _scratchLength = WinogradTransforms<TTile, T>.ScratchLength(Math.Max(x.Channels, dy.Channels));
    }

    private static int Elements => WinogradTransforms<TTile, T>.Elements;

    private int Pairs => _inputPanels * _outputPanels;

    private nint SumsLength => Pairs * Elements * SumSlice;

    private nint ChunkLength => Elements * (_vSlice + _dmSlice);

    // Into how many parts the tiles can be cut, each with sums of its own.
    private int Parts { get; }

    private bool IsCutIntoParts => Parts >= MinimalParts && _grid.Count >= Parts * OwnRows;

    /// <param name="x">[batch, height, width, inputs]: what the forward pass read.</param>
    /// <param name="dy">[batch, height + 2 padding - 2, width + 2 padding - 2, outputs]: the gradient of what it wrote.</param>
    /// <param name="gradient">Written.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    public static void Run(ChannelsLast x, ChannelsLast dy, FilterBank gradient, int padding)
    {
        var pass = new WinogradFilterGradient<TTile, T>(x, dy, gradient, padding);
        if (pass.IsCutIntoParts)
            pass.EachThreadTakesTiles();
        else if (pass._grid.Count <= pass._rows)
            pass.EachThreadTakesFilters();
        else
            pass.EachThreadTakesElements();
    }

    /// <summary>Few filters, many tiles: each part of the tiles is summed by itself, and the sums are added up at the end.</summary>
    private void EachThreadTakesTiles()
    {
        using Scratch memory = Scratch.Rent(Parts * SumsLength);
        float* sums = memory.Pointer;
        Workers.Run(
            Parts,
            queue =>
            {
                using Scratch memory = Scratch.Rent(ChunkLength + _scratchLength);
                float* v = memory.Pointer,
                    dm = v + Elements * _vSlice,
                    scratch = v + ChunkLength;
                while (queue.Next(out int part))
                {
                    int start = (int)((long)_grid.Count * part / Parts),
                        end = (int)((long)_grid.Count * (part + 1) / Parts);
                    for (int first = start; first < end; first += _rows)
                    {
                        int count = Math.Min(_rows, end - first);
                        Transform(first, 0, count, v, dm, scratch);
                        for (int element = 0; element < Elements; element++)
                        {
                            for (int output = 0; output < _outputPanels; output++)
                                AddProducts(v, dm, element, output, count, sums + part * SumsLength, first == start);
                        }
                    }
                }
            }
        );
        TransformBack(sums, Parts);
    }

    /// <summary>Few tiles, many filters: the sums of a pair of panels need not leave the cache before they are transformed back.</summary>
    private void EachThreadTakesFilters()
    {
        using Scratch memory = Scratch.Rent(ChunkLength);
        float* v = memory.Pointer,
            dm = v + Elements * _vSlice;
        TransformChunk(0, _grid.Count, v, dm);
        Workers.Run(
            Pairs,
            queue =>
            {
                using Scratch memory = Scratch.Rent(Elements * SumSlice + _scratchLength);
                float* sums = memory.Pointer,
                    scratch = sums + Elements * SumSlice;
                while (queue.Next(out int pair))
                {
                    (int output, int input) = Math.DivRem(pair, _inputPanels);
                    for (int element = 0; element < Elements; element++)
                        AddProduct(v, dm, element, input, output, 0, _grid.Count, sums + element * SumSlice, isFirst: true);
                    WinogradTransforms<TTile, T>.FilterGradient(sums, SumSlice, _gradient, output * Panel, input * Panel, Panel, scratch);
                }
            }
        );
    }

    /// <summary>Many of both: all threads transform a chunk of tiles, then each adds its share of the elements.</summary>
    private void EachThreadTakesElements()
    {
        using Scratch chunk = Scratch.Rent(ChunkLength);
        using Scratch memory = Scratch.Rent(SumsLength);
        float* v = chunk.Pointer,
            dm = v + Elements * _vSlice,
            sums = memory.Pointer;
        for (int start = 0; start < _grid.Count; start += _rows)
        {
            int first = start,
                count = Math.Min(_rows, _grid.Count - first);
            TransformChunk(first, count, v, dm);
            Workers.Run(
                Elements * _outputPanels,
                queue =>
                {
                    while (queue.Next(out int item))
                        AddProducts(v, dm, item / _outputPanels, item % _outputPanels, count, sums, first == 0);
                }
            );
        }

        TransformBack(sums, 1);
    }

    private void TransformChunk(int first, int count, float* v, float* dm)
    {
        const int tiles = 8;
        Workers.Run(
            (count + tiles - 1) / tiles,
            queue =>
            {
                using Scratch scratch = Scratch.Rent(_scratchLength);
                while (queue.Next(out int item))
                    Transform(first, item * tiles, Math.Min(tiles, count - item * tiles), v, dm, scratch.Pointer);
            }
        );
    }

    /// <summary>Transforms some tiles of the chunk that begins with tile <paramref name="first"/>.</summary>
    private void Transform(int first, int row, int count, float* v, float* dm, float* scratch)
    {
        WinogradTransforms<TTile, T>.Input(_x, _grid, _padding, first + row, count, v + row * Panel, _vSlice, _rows, scratch);
        WinogradTransforms<TTile, T>.OutputGradient(_dy, _grid, first + row, count, dm + row * Panel, _dmSlice, _rows, scratch);
    }

    /// <summary>One element of one panel of outputs, for all inputs, over a chunk.</summary>
    private void AddProducts(float* v, float* dm, int element, int output, int count, float* sums, bool isFirst)
    {
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            for (int input = 0; input < _inputPanels; input++)
            {
                float* sum = sums + ((nint)(output * _inputPanels + input) * Elements + element) * SumSlice;
                AddProduct(v, dm, element, input, output, row, Math.Min(RowsAtOnce, count - row), sum, isFirst && row == 0);
            }
        }
    }

    private void AddProduct(float* v, float* dm, int element, int input, int output, int row, int count, float* sum, bool isFirst)
    {
        float* left = v + element * _vSlice + ((nint)input * _rows + row) * Panel,
            right = dm + element * _dmSlice + ((nint)output * _rows + row) * Panel;
        WinogradProduct.MultiplyTransposed<T>(left, right, count, sum, !isFirst);
    }

    private void TransformBack(float* sums, int parts) =>
        Workers.Run(
            Pairs,
            queue =>
            {
                using Scratch scratch = Scratch.Rent(_scratchLength);
                while (queue.Next(out int pair))
                {
                    (int output, int input) = Math.DivRem(pair, _inputPanels);
                    float* sum = sums + pair * Elements * SumSlice;
                    for (int part = 1; part < parts; part++)
                        AddTo(sum, sum + part * SumsLength, Elements * SumSlice);
                    WinogradTransforms<TTile, T>.FilterGradient(
                        sum,
                        SumSlice,
                        _gradient,
                        output * Panel,
                        input * Panel,
                        Panel,
                        scratch.Pointer
                    );
                }
            }
        );

    private static void AddTo(float* sum, float* part, nint length)
    {
        for (nint i = 0; i < length; i += T.Count)
            *(T*)(sum + i) += *(T*)(part + i);
    }
}
