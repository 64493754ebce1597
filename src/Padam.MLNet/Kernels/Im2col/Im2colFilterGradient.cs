namespace Padam.MLNet.Kernels;

/// <summary>
/// The gradient of the filters: the sum over all outputs of their gradient times what they read, dyt x patches. The same bits whatever the
/// number of threads.
/// </summary>
/// <remarks>
/// The outputs are cut into parts with sums of their own, as many as a cache holds the sums of; where that are few, the sums are cut too:
/// the columns of the patches or the channels of the outputs, whichever are more. How, and so the order of all additions, depends on the
/// shape alone.
/// </remarks>
internal sealed unsafe class Im2colFilterGradient<T>
    where T : unmanaged, IRegister<T>
{
    private const int Panel = PanelProduct.Panel;

    // The two panels that a product reads, 128 rows each, stay in the first-level cache together.
    private const int RowsAtOnce = 128;

    // The sums of all parts: 20 MiB, in the last-level cache for the most part.
    private const long SumFloats = 5 << 20;

    // As many items of work, where the outputs are enough that adding up the parts is little beside the products of each, and the panels
    // that laying out the other side once more for each share of them is.
    private const int Items = 16,
        BlocksOfPart = 4,
        PanelsOfShare = 4;

    private const string PatchesOwner = "Im2col weight gradient: patches",
        GradientsOwner = "Im2col weight gradient: gradients",
        SumsOwner = "Im2col weight gradient: sums";

    private readonly ChannelsLastImages _x,
        _dy;
    private readonly FilterBank _gradient;
    private readonly PixelLattice _outputs,
        _pixels;
    private readonly int _termPanels,
        _outputPanels,
        _parts,
        _shares;
    private readonly long _blocks;

    private Im2colFilterGradient(ChannelsLastImages x, ChannelsLastImages dy, FilterBank gradient, PixelLattice outputs)
    {
        (_x, _dy, _gradient, _outputs, _pixels) = (x, dy, gradient, outputs, PixelLattice.Of(dy));
        (_termPanels, _outputPanels) = (PanelProduct.Panels(Terms), PanelProduct.Panels(dy.Channels));
        _blocks = (Points + RowsAtOnce - 1) / RowsAtOnce;
        long fitting = Math.Min(SumFloats / ((long)_termPanels * _outputPanels * Panel * Panel), _blocks / BlocksOfPart);
        _parts = (int)Math.Clamp(fitting, 1, Items);
        _shares = Math.Clamp(Math.Max(_termPanels, _outputPanels) / PanelsOfShare, 1, (Items + _parts - 1) / _parts);
    }

    private int Terms => _outputs.Taps.Count * _x.Channels;

    private long Points => (long)_dy.Batch * _dy.Height * _dy.Width;

    /// <param name="x">[batch, height, width, inputs]: what the forward pass read.</param>
    /// <param name="dy">[batch, height', width', outputs]: the gradient of what it wrote.</param>
    /// <param name="gradient">Written.</param>
    /// <param name="outputs">The outputs, and what they read.</param>
    public static void Run(ChannelsLastImages x, ChannelsLastImages dy, FilterBank gradient, PixelLattice outputs) =>
        new Im2colFilterGradient<T>(x, dy, gradient, outputs).Run();

    private void Run()
    {
        using var sums = new PanelMatrices(_parts * _outputPanels * _termPanels, Panel, Panel, SumsOwner);
        Workers.Run(
            _parts * _shares,
            queue =>
            {
                using var dm = new PanelMatrices(1, RowsAtOnce, _dy.Channels, GradientsOwner);
                using var v = new PanelMatrices(1, RowsAtOnce, Terms, PatchesOwner);
                while (queue.Next(out int item))
                {
                    (int part, int share) = Math.DivRem(item, _shares);
                    bool areTermsCut = _termPanels >= _outputPanels;
                    Range terms = Cut(_termPanels, areTermsCut ? share : -1),
                        outputs = Cut(_outputPanels, areTermsCut ? -1 : share);
                    long first = _blocks * part / _parts;
                    for (long block = first; block < _blocks * (part + 1) / _parts; block++)
                        Add(block, part, terms, outputs, isFirst: block == first, v, dm, sums);
                }
            }
        );
        AddUp(sums);
    }

    // A share of some panels, or all of them.
    private Range Cut(int panels, int share) => share < 0 ? ..panels : (panels * share / _shares)..(panels * (share + 1) / _shares);

    private void Add(long block, int part, Range terms, Range outputs, bool isFirst, PanelMatrices v, PanelMatrices dm, PanelMatrices sums)
    {
        long first = block * RowsAtOnce;
        int count = (int)Math.Min(RowsAtOnce, Points - first);
        Write(_x, _outputs, Terms, terms, first, count, v);
        Write(_dy, _pixels, _dy.Channels, outputs, first, count, dm);
        for (int output = outputs.Start.Value; output < outputs.End.Value; output++)
        {
            for (int term = terms.Start.Value; term < terms.End.Value; term++)
            {
                float* sum = sums.At(Index(part, output, term));
                PanelProduct.MultiplyTransposed<T>(
                    dm.At(0, 0, output),
                    v.At(0, 0, term),
                    count,
                    sum,
                    !isFirst,
                    PanelProduct.ColumnsOf(output, _dy.Channels),
                    PanelProduct.ColumnsOf(term, Terms)
                );
            }
        }
    }

    // What the columns of a last panel that is not full come to is not read.
    private static void Write(
        ChannelsLastImages x,
        PixelLattice lattice,
        int columns,
        Range panels,
        long first,
        int count,
        PanelMatrices to
    )
    {
        (int start, int end) = (panels.Start.Value * Panel, Math.Min(panels.End.Value * Panel, columns));
        PatchPanels<T>.Write(x, lattice, first, count, start, end - start, to.At(0, 0, panels.Start.Value), to.PanelStride);
    }

    private nint Index(int part, int output, int term) => ((nint)part * _outputPanels + output) * _termPanels + term;

    private void AddUp(PanelMatrices sums) =>
        Workers.Run(
            _outputPanels * _termPanels,
            queue =>
            {
                while (queue.Next(out int pair))
                {
                    (int output, int term) = Math.DivRem(pair, _termPanels);
                    float* sum = sums.At(Index(0, output, term));
                    for (int part = 1; part < _parts; part++)
                        PanelProduct.AddTo<T>(sum, sums.At(Index(part, output, term)));
                    Put(sum, output, term);
                }
            }
        );

    // [32 outputs, 32 columns of the patches] to the filters.
    private void Put(float* sum, int outputPanel, int termPanel)
    {
        int outputs = PanelProduct.ColumnsOf(outputPanel, _dy.Channels),
            terms = PanelProduct.ColumnsOf(termPanel, Terms);
        for (int done = 0; done < terms; )
        {
            (int tap, int input) = Math.DivRem(termPanel * Panel + done, _x.Channels);
            int inputs = Math.Min(_x.Channels - input, terms - done);
            nint offset = _outputs.Taps[tap].KernelRow * _gradient.RowStride + _outputs.Taps[tap].KernelColumn * _gradient.ColumnStride;
            for (int output = 0; output < outputs; output++)
            {
                float* from = sum + output * Panel + done,
                    to = _gradient.At(outputPanel * Panel + output, input) + offset;
                if (_gradient.InputStride == 1)
                    new ReadOnlySpan<float>(from, inputs).CopyTo(new Span<float>(to, inputs));
                else
                    Spread(from, inputs, to, _gradient.InputStride);
            }

            done += inputs;
        }
    }

    private static void Spread(float* from, int count, float* to, nint stride)
    {
        for (nint i = 0; i < count; i++)
            to[i * stride] = from[i];
    }
}
