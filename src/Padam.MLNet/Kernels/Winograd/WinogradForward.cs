namespace Padam.MLNet.Kernels;

/// <summary>y = x * filters + bias and an activation, by Winograd's algorithm, the same bits on any number of threads.</summary>
internal sealed unsafe class WinogradForward<TTile, T, TActivation>
    where TTile : IWinogradTile
    where T : unmanaged, IRegister<T>
    where TActivation : IActivation
{
    private const int Panel = PanelProduct.Panel;
    private const int RowGroup = PanelProduct.RowGroup;

    // Tiles of a block: as many as the second-level cache holds transformed, beside their products. With fewer than the least, the filters,
    // which pass each block once, would come through the caches too often; with more than the most, nothing is won.
    private const int FewestTiles = 64,
        MostTiles = 128;

    private const string FiltersOwner = "Winograd forward: transformed filters",
        TilesOwner = "Winograd forward: transformed tiles",
        ProductsOwner = "Winograd forward: products";

    private readonly ChannelsLastImages _x,
        _y;
    private readonly FilterBank _filters;
    private readonly float* _bias;
    private readonly TileGrid _grid;
    private readonly int _padding,
        _outputPanels,
        _blockTiles;

    private WinogradForward(ChannelsLastImages x, FilterBank filters, float* bias, ChannelsLastImages y, int padding)
    {
        (_x, _filters, _y, _padding) = (x, filters, y, padding);
        _bias = bias;
        _grid = new TileGrid(y.Batch, y.Height, y.Width, TTile.Outputs);
        _outputPanels = PanelProduct.Panels(filters.Outputs);
        _blockTiles = BlockTiles();
    }

    private static int Elements => WinogradTransforms<TTile, T>.Elements;

    /// <param name="x">[batch, height, width, inputs].</param>
    /// <param name="filters">Outputs and inputs are multiples of a register.</param>
    /// <param name="bias">One value an output, or null.</param>
    /// <param name="y">[batch, height + 2 padding - 2, width + 2 padding - 2, outputs]: written.</param>
    /// <param name="padding">Rows and columns of zeros around the input.</param>
    public static void Run(ChannelsLastImages x, FilterBank filters, float* bias, ChannelsLastImages y, int padding)
    {
        var pass = new WinogradForward<TTile, T, TActivation>(x, filters, bias, y, padding);
        // Either all filters pass by each block of tiles, or all tiles pass by each panel of filters: the smaller of the two does the
        // passing.
        if (pass._grid.Count > filters.Outputs)
            pass.FiltersPassTiles();
        else
            pass.TilesPassFilters();
    }

    private int BlockTiles()
    {
        // A quarter is left to the filters that pass.
        long fitting = Caches.Level2 * 3 / 4 / (sizeof(float) * Elements * (_filters.Inputs + _filters.Outputs)),
            each = (_grid.Count + Workers.Count - 1) / Workers.Count;
        return PanelProduct.WholeGroups((int)Math.Min(Math.Clamp(fitting / RowGroup * RowGroup, FewestTiles, MostTiles), each));
    }

    private void FiltersPassTiles()
    {
        using var u = new PanelMatrices(_outputPanels * Elements, _filters.Inputs, Panel, FiltersOwner);
        TransformFilters(u);
        Workers.Run(
            (_grid.Count + _blockTiles - 1) / _blockTiles,
            queue =>
            {
                using var buffers = new TileBuffers<T>(_x.Channels);
                using PanelMatrices v = new(Elements, _blockTiles, _filters.Inputs, TilesOwner),
                    m = new(Elements, _blockTiles, _filters.Outputs, ProductsOwner);
                while (queue.Next(out int block))
                {
                    int first = block * _blockTiles,
                        count = Math.Min(_blockTiles, _grid.Count - first);
                    WinogradTransforms<TTile, T>.Input(_x, _grid, _padding, first, count, v, 0, buffers);
                    // A matrix of tiles stays in the nearest caches while all panels of filters pass it.
                    for (int element = 0; element < Elements; element++)
                    {
                        for (int panel = 0; panel < _outputPanels; panel++)
                            Multiply(
                                v.At(element),
                                v.PanelStride,
                                _filters.Inputs,
                                u.At(panel * Elements + element),
                                count,
                                m.At(element, 0, panel)
                            );
                    }

                    for (int panel = 0; panel < _outputPanels; panel++)
                        Output(m, panel, first, count, panel, buffers);
                }
            }
        );
    }

    private void TransformFilters(PanelMatrices u)
    {
        int inputPanels = PanelProduct.Panels(_filters.Inputs);
        Workers.Run(
            inputPanels * _outputPanels,
            queue =>
            {
                using var buffers = new TileBuffers<T>(0);
                while (queue.Next(out int item))
                {
                    (int output, int input) = Math.DivRem(item, inputPanels);
                    WinogradTransforms<TTile, T>.Filter(
                        _filters,
                        output * Panel,
                        input * Panel,
                        Math.Min(Panel, _filters.Inputs - input * Panel),
                        u,
                        output * Elements,
                        input * Panel,
                        buffers
                    );
                }
            }
        );
    }

    private void TilesPassFilters()
    {
        int groups = (_grid.Count + RowGroup - 1) / RowGroup,
            rows = groups * RowGroup;
        using var v = new PanelMatrices(Elements, rows, _filters.Inputs, TilesOwner);
        TransformTiles(v, groups);
        Workers.Run(
            _outputPanels,
            queue =>
            {
                using var buffers = new TileBuffers<T>(0);
                // Transformed filters are four times as large as the filters: of so few inputs they need not leave the second-level cache
                // before they are multiplied.
                using PanelMatrices u = new(Elements, Math.Min(_filters.Inputs, PanelProduct.TermsAtOnce), Panel, FiltersOwner),
                    m = new(Elements, rows, Panel, ProductsOwner);
                while (queue.Next(out int panel))
                {
                    for (int input = 0; input < _filters.Inputs; input += u.Rows)
                    {
                        int inputs = Math.Min(u.Rows, _filters.Inputs - input);
                        WinogradTransforms<TTile, T>.Filter(_filters, panel * Panel, input, inputs, u, 0, 0, buffers);
                        for (int element = 0; element < Elements; element++)
                            Multiply(
                                v.At(element, 0, input / Panel),
                                v.PanelStride,
                                inputs,
                                u.At(element),
                                _grid.Count,
                                m.At(element),
                                add: input > 0
                            );
                    }

                    Output(m, 0, 0, _grid.Count, panel, buffers);
                }
            }
        );
    }

    private void TransformTiles(PanelMatrices v, int groups) =>
        Workers.Run(
            groups,
            queue =>
            {
                using var buffers = new TileBuffers<T>(_x.Channels);
                while (queue.Next(out int group))
                {
                    int first = group * RowGroup,
                        count = Math.Min(RowGroup, _grid.Count - first);
                    WinogradTransforms<TTile, T>.Input(_x, _grid, _padding, first, count, v, first, buffers);
                }
            }
        );

    /// <summary>
    /// An element of the products of some tiles with a panel of filters over some inputs. Rows beyond the tiles are computed up to a whole
    /// group, and not read.
    /// </summary>
    private static void Multiply(float* v, nint vPanel, int inputs, float* u, int count, float* m, bool add = false) =>
        PanelProduct.Multiply<T>(v, vPanel, u, inputs, PanelProduct.WholeGroups(count), m, add);

    private void Output(PanelMatrices m, int mPanel, int first, int count, int panel, TileBuffers<T> buffers) =>
        WinogradTransforms<TTile, T>.Output<TActivation>(m, mPanel, _y, _grid, first, count, panel * Panel, _bias, buffers);
}
