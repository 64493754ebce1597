using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Each pixel of some lattices as the product of what it reads with the filters of its taps, with a bias and an activation; the same bits
/// on any number of threads. A convolution's outputs are one such lattice, the gradient of its inputs as many as there are parities.
/// </summary>
internal sealed unsafe class Im2colForward<T, TActivation>
    where T : unmanaged, IRegister<T>
    where TActivation : IActivation
{
    private const int Panel = PanelProduct.Panel;
    private const int RowGroup = PanelProduct.RowGroup;

    // As much of the filters as a panel's product reads at once passes by this many points or fewer: their products fill half of the
    // second-level cache.
    private const int FewestRows = 32,
        MostRows = 128;

    private const string FiltersOwner = "Im2col: filters",
        PatchesOwner = "Im2col: patches",
        ProductsOwner = "Im2col: products";

    private readonly ChannelsLastImages _x,
        _y;
    private readonly FilterBank _filters;
    private readonly float* _bias;
    private readonly IReadOnlyList<PixelLattice> _lattices;
    private readonly int _panels,
        _blockRows;

    private Im2colForward(ChannelsLastImages x, FilterBank filters, float* bias, ChannelsLastImages y, IReadOnlyList<PixelLattice> lattices)
    {
        (_x, _filters, _y, _lattices) = (x, filters, y, lattices);
        _bias = bias;
        _panels = PanelProduct.Panels(filters.Outputs);
        _blockRows = BlockRows();
    }

    /// <param name="x">[batch, height, width, inputs].</param>
    /// <param name="filters">Outputs and inputs are multiples of a register.</param>
    /// <param name="bias">One value an output, or null.</param>
    /// <param name="y">[batch, height', width', outputs]: all pixels of the lattices are written.</param>
    /// <param name="lattices">Pixels of <paramref name="y"/>, and what they read of <paramref name="x"/>.</param>
    public static void Run(
        ChannelsLastImages x,
        FilterBank filters,
        float* bias,
        ChannelsLastImages y,
        IReadOnlyList<PixelLattice> lattices
    ) => new Im2colForward<T, TActivation>(x, filters, bias, y, lattices).Run();

    private int BlockRows()
    {
        long fitting = Caches.Level2 / 2 / (sizeof(float) * (_filters.Outputs + PanelProduct.TermsAtOnce)),
            points = _lattices.Max(lattice => (long)_y.Batch * lattice.Height * lattice.Width),
            each = (points + Workers.Count - 1) / Workers.Count;
        return PanelProduct.WholeGroups((int)Math.Min(Math.Clamp(fitting / RowGroup * RowGroup, FewestRows, MostRows), each));
    }

    private void Run()
    {
        using var u = new PanelMatrices(_panels, _lattices.Sum(lattice => lattice.Taps.Count) * _filters.Inputs, Panel, FiltersOwner);
        Lay(u);
        Block[] blocks = [.. Blocks()];
        Workers.Run(
            blocks.Length,
            queue =>
            {
                using var patches = new PanelMatrices(1, _blockRows, PanelProduct.TermsAtOnce, PatchesOwner);
                using var products = new PanelMatrices(1, _blockRows, _filters.Outputs, ProductsOwner);
                while (queue.Next(out int item))
                {
                    if (IsMatrix(blocks[item]))
                        MultiplyInPlace(blocks[item], u, products);
                    else
                        Multiply(blocks[item], u, patches, products);
                    Put(blocks[item], products);
                }
            }
        );
    }

    private IEnumerable<Block> Blocks()
    {
        int firstTerm = 0;
        foreach (PixelLattice lattice in _lattices)
        {
            long points = (long)_y.Batch * lattice.Height * lattice.Width;
            for (long first = 0; first < points; first += _blockRows)
                yield return new(lattice, firstTerm, first, (int)Math.Min(_blockRows, points - first));
            firstTerm += lattice.Taps.Count * _filters.Inputs;
        }
    }

    // The filters in panels of 32 outputs, in the order in which the lattices' patches have the taps and the inputs.
    private void Lay(PanelMatrices u)
    {
        Tap[] taps = [.. _lattices.SelectMany(lattice => lattice.Taps)];
        Workers.Run(
            taps.Length * _panels,
            queue =>
            {
                while (queue.Next(out int item))
                {
                    (int tap, int panel) = Math.DivRem(item, _panels);
                    FilterPanel.Write(_filters, taps[tap], panel, u.At(panel, (nint)tap * _filters.Inputs));
                }
            }
        );
    }

    // A piece of the patches at a time is laid out and multiplied by all panels of filters: it need not leave the nearest caches.
    private void Multiply(Block block, PanelMatrices u, PanelMatrices patches, PanelMatrices products)
    {
        int terms = block.Lattice.Taps.Count * _filters.Inputs,
            rows = PanelProduct.WholeGroups(block.Count);
        for (int first = 0; first < terms; first += PanelProduct.TermsAtOnce)
        {
            int count = Math.Min(PanelProduct.TermsAtOnce, terms - first);
            PatchPanels<T>.Write(_x, block.Lattice, block.First, block.Count, first, count, patches.At(0), patches.PanelStride);
            for (int panel = 0; panel < _panels; panel++)
            {
                float* filters = u.At(panel, block.FirstTerm + first),
                    to = products.At(0, 0, panel);
                // Rows beyond the points are computed up to a whole group, and not read.
                PanelProduct.Multiply<T>(
                    patches.At(0),
                    patches.PanelStride,
                    filters,
                    count,
                    rows,
                    to,
                    add: first > 0,
                    PanelProduct.ColumnsOf(panel, _filters.Outputs)
                );
            }
        }
    }

    // Whether the block's patches are the pixels themselves, one after the other, in whole groups.
    private bool IsMatrix(Block block) =>
        block.Lattice is { Step: 1, Taps: [{ Row: 0, Column: 0 }] } lattice
        && (lattice.Height, lattice.Width) == (_x.Height, _x.Width)
        && block.Count % RowGroup == 0;

    private void MultiplyInPlace(Block block, PanelMatrices u, PanelMatrices products)
    {
        float* rows = _x.Row(0, 0) + (nint)block.First * _x.Channels;
        for (int first = 0; first < _filters.Inputs; first += PanelProduct.TermsAtOnce)
        {
            int count = Math.Min(PanelProduct.TermsAtOnce, _filters.Inputs - first);
            for (int panel = 0; panel < _panels; panel++)
            {
                float* filters = u.At(panel, block.FirstTerm + first),
                    to = products.At(0, 0, panel);
                PanelProduct.MultiplyRows<T>(
                    rows + first,
                    _x.Channels,
                    filters,
                    count,
                    block.Count,
                    to,
                    add: first > 0,
                    PanelProduct.ColumnsOf(panel, _filters.Outputs)
                );
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Put(Block block, PanelMatrices products)
    {
        PixelLattice lattice = block.Lattice;
        bool isZero = lattice.Taps.Count == 0;
        float* row = products.At(0);
        var walk = new LatticeWalk(lattice, block.First);
        for (int point = 0; point < block.Count; point++, row += Panel, walk.Next())
        {
            float* to =
                    _y.Row(walk.Image, lattice.Top + walk.Row * lattice.Spacing)
                    + (nint)(lattice.Left + walk.Column * lattice.Spacing) * _y.Channels,
                from = row;
            for (int first = 0; first < _y.Channels; first += Panel, from += products.PanelStride)
            {
                int lanes = PanelProduct.ColumnsOf(first / Panel, _filters.Outputs);
                for (int lane = 0; lane < lanes; lane += T.Count)
                {
                    T value = isZero ? default : T.Load(from + lane);
                    if (_bias != null)
                        value += T.Load(_bias + first + lane);
                    T.Store(TActivation.Apply(value), to + first + lane);
                }
            }
        }
    }

    /// <summary>Some points of a lattice.</summary>
    /// <param name="Lattice">The lattice.</param>
    /// <param name="FirstTerm">Where the filters of its taps begin.</param>
    /// <param name="First">The first point.</param>
    /// <param name="Count">How many points.</param>
    private readonly record struct Block(PixelLattice Lattice, int FirstTerm, long First, int Count);
}
