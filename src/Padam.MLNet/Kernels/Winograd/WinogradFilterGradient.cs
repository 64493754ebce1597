namespace Padam.MLNet.Kernels;

/// <summary>
/// The gradient of the filters: the sum over all tiles of vt dm in the transformed domain, transformed back. The same bits whatever the
/// number of threads.
/// </summary>
/// <remarks>
/// Tiles are taken in chunks that a cache holds in the transformed domain. Threads meet as seldom as possible: where another program keeps
/// a core busy, each meeting costs a slice of the scheduler's time. How the work is cut depends on the shape alone, and so does the order
/// of all additions.
/// </remarks>
internal sealed unsafe class WinogradFilterGradient<TTile, T>
    where TTile : IWinogradTile
    where T : unmanaged, IRegister<T>
{
    private const int Panel = PanelProduct.Panel;

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

    private const string TilesOwner = "Winograd weight gradient: transformed tiles",
        GradientsOwner = "Winograd weight gradient: transformed gradients",
        SumsOwner = "Winograd weight gradient: sums";

    private readonly ChannelsLastImages _x,
        _dy;
    private readonly FilterBank _gradient;
    private readonly TileGrid _grid;
    private readonly int _padding,
        _inputPanels,
        _outputPanels,
        _rows;

    private WinogradFilterGradient(ChannelsLastImages x, ChannelsLastImages dy, FilterBank gradient, int padding)
    {
        (_x, _dy, _gradient, _padding) = (x, dy, gradient, padding);
        (_inputPanels, _outputPanels) = (PanelProduct.Panels(x.Channels), PanelProduct.Panels(dy.Channels));
        _grid = new TileGrid(dy.Batch, dy.Height, dy.Width, TTile.Outputs);
        Parts = (int)Math.Min(SumFloats / ((long)Pairs * Elements * Panel * Panel), MaximalParts);
        int sharedRows = Math.Max(SharedFloats / (Elements * (x.Channels + dy.Channels)) / RowsAtOnce, 1) * RowsAtOnce;
        _rows = Math.Min(IsCutIntoParts ? OwnRows : sharedRows, _grid.Count);
    }

    private static int Elements => WinogradTransforms<TTile, T>.Elements;

    private int Pairs => _inputPanels * _outputPanels;

    // Into how many parts the tiles can be cut, each with sums of its own.
    private int Parts { get; }

    private bool IsCutIntoParts => Parts >= MinimalParts && _grid.Count >= Parts * OwnRows;

    private int MostChannels => Math.Max(_x.Channels, _dy.Channels);

    /// <param name="x">[batch, height, width, inputs]: what the forward pass read.</param>
    /// <param name="dy">[batch, height + 2 padding - 2, width + 2 padding - 2, outputs]: the gradient of what it wrote.</param>
    /// <param name="gradient">Written.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    public static void Run(ChannelsLastImages x, ChannelsLastImages dy, FilterBank gradient, int padding)
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
        using PanelMatrices sums = Sums(Parts * Pairs);
        Workers.Run(
            Parts,
            queue =>
            {
                using PanelMatrices v = Tiles(),
                    dm = Gradients();
                using var buffers = new TileBuffers<T>(MostChannels);
                while (queue.Next(out int part))
                {
                    int start = (int)((long)_grid.Count * part / Parts),
                        end = (int)((long)_grid.Count * (part + 1) / Parts);
                    for (int first = start; first < end; first += _rows)
                    {
                        int count = Math.Min(_rows, end - first);
                        Transform(first, 0, count, v, dm, buffers);
                        for (int element = 0; element < Elements; element++)
                        {
                            for (int output = 0; output < _outputPanels; output++)
                                AddProducts(v, dm, element, output, count, sums, part, first == start);
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
        using PanelMatrices v = Tiles(),
            dm = Gradients();
        TransformChunk(0, _grid.Count, v, dm);
        Workers.Run(
            Pairs,
            queue =>
            {
                using PanelMatrices sums = Sums(1);
                using var buffers = new TileBuffers<T>(0);
                while (queue.Next(out int pair))
                {
                    (int output, int input) = Math.DivRem(pair, _inputPanels);
                    for (int element = 0; element < Elements; element++)
                        AddProduct(v, dm, element, input, output, 0, _grid.Count, sums.At(element), isFirst: true);
                    WinogradTransforms<TTile, T>.FilterGradient(sums, 0, _gradient, output * Panel, input * Panel, buffers);
                }
            }
        );
    }

    /// <summary>Many of both: all threads transform a chunk of tiles, then each adds its share of the elements.</summary>
    private void EachThreadTakesElements()
    {
        using PanelMatrices v = Tiles(),
            dm = Gradients(),
            sums = Sums(Pairs);
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
                        AddProducts(v, dm, item / _outputPanels, item % _outputPanels, count, sums, 0, first == 0);
                }
            );
        }

        TransformBack(sums, 1);
    }

    private PanelMatrices Tiles() => new(Elements, _rows, _x.Channels, TilesOwner);

    private PanelMatrices Gradients() => new(Elements, _rows, _dy.Channels, GradientsOwner);

    /// <summary>Matrices [32, 32], as many as elements for each pair of panels.</summary>
    private static PanelMatrices Sums(int pairs) => new(pairs * Elements, Panel, Panel, SumsOwner);

    private void TransformChunk(int first, int count, PanelMatrices v, PanelMatrices dm)
    {
        const int tiles = 8;
        Workers.Run(
            (count + tiles - 1) / tiles,
            queue =>
            {
                using var buffers = new TileBuffers<T>(MostChannels);
                while (queue.Next(out int item))
                    Transform(first, item * tiles, Math.Min(tiles, count - item * tiles), v, dm, buffers);
            }
        );
    }

    /// <summary>Transforms some tiles of the chunk that begins with tile <paramref name="first"/>.</summary>
    private void Transform(int first, int row, int count, PanelMatrices v, PanelMatrices dm, TileBuffers<T> buffers)
    {
        WinogradTransforms<TTile, T>.Input(_x, _grid, _padding, first + row, count, v, row, buffers);
        WinogradTransforms<TTile, T>.OutputGradient(_dy, _grid, first + row, count, dm, row, buffers);
    }

    /// <summary>One element of one panel of outputs, for all inputs, over a chunk; added to the sums of a part.</summary>
    private void AddProducts(
        PanelMatrices v,
        PanelMatrices dm,
        int element,
        int output,
        int count,
        PanelMatrices sums,
        int part,
        bool isFirst
    )
    {
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            for (int input = 0; input < _inputPanels; input++)
            {
                int pair = output * _inputPanels + input;
                float* sum = sums.At((nint)(part * Pairs + pair) * Elements + element);
                AddProduct(v, dm, element, input, output, row, Math.Min(RowsAtOnce, count - row), sum, isFirst && row == 0);
            }
        }
    }

    private static void AddProduct(
        PanelMatrices v,
        PanelMatrices dm,
        int element,
        int input,
        int output,
        int row,
        int count,
        float* sum,
        bool isFirst
    ) => PanelProduct.MultiplyTransposed<T>(v.At(element, row, input), dm.At(element, row, output), count, sum, !isFirst);

    private void TransformBack(PanelMatrices sums, int parts) =>
        Workers.Run(
            Pairs,
            queue =>
            {
                using var buffers = new TileBuffers<T>(0);
                while (queue.Next(out int pair))
                {
                    nint first = (nint)pair * Elements;
                    for (int part = 1; part < parts; part++)
                    {
                        for (int element = 0; element < Elements; element++)
                            PanelProduct.AddTo<T>(sums.At(first + element), sums.At((nint)part * Pairs * Elements + first + element));
                    }

                    (int output, int input) = Math.DivRem(pair, _inputPanels);
                    WinogradTransforms<TTile, T>.FilterGradient(sums, first, _gradient, output * Panel, input * Panel, buffers);
                }
            }
        );
}
