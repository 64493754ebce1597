using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Convolution as the product of the outputs' patches [outputs, 32] with the filters [32, channels], and the filters' gradient as the
/// transposed patches' product with the gradient of the outputs; on all threads. The same bits whatever their number.
/// </summary>
internal static unsafe class PatchKernel<T>
    where T : unmanaged, IRegister<T>
{
    private const int Panel = PanelProduct.Panel;

    // Patches and products of a block, 8 KiB each, stay in the first-level cache beside the filters.
    private const int BlockRows = 64;

    // The outputs are cut into so many parts at most, each with sums of its own: the order of all additions depends on the shape alone.
    private const int MostParts = 16;

    private const string PatchesOwner = "Patch convolution: patches",
        FiltersOwner = "Patch convolution: filters",
        ProductsOwner = "Patch convolution: products",
        SumsOwner = "Patch convolution: sums";

    /// <param name="patches">The rows of the input.</param>
    /// <param name="filters">Outputs are a multiple of a register.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="bias">One value an output channel, or null.</param>
    /// <param name="y">Written.</param>
    public static void Forward<TActivation>(PatchRows patches, FilterBank filters, ConvolutionShape shape, float* bias, float* y)
        where TActivation : IActivation
    {
        int panels = PanelProduct.Panels(filters.Outputs);
        using var u = new PanelMatrices(panels, Panel, Panel, FiltersOwner);
        Lay(filters, shape, u);
        Workers.Run(
            checked((int)((patches.Count + BlockRows - 1) / BlockRows)),
            queue =>
            {
                using Scratch v = Scratch.Rent(BlockRows * Panel, PatchesOwner),
                    m = Scratch.Rent(BlockRows * Panel, ProductsOwner);
                while (queue.Next(out int block))
                {
                    long first = (long)block * BlockRows;
                    int count = (int)Math.Min(BlockRows, patches.Count - first),
                        rows = PanelProduct.WholeGroups(count);
                    patches.Write(first, count, v.Pointer);
                    for (int panel = 0; panel < panels; panel++)
                    {
                        // Rows beyond the outputs are computed up to a whole group, and not read.
                        PanelProduct.Multiply<T>(v.Pointer, 0, u.At(panel), Panel, rows, m.Pointer);
                        float* to = y + (nint)first * filters.Outputs + panel * Panel;
                        Put<TActivation>(
                            m.Pointer,
                            count,
                            bias == null ? null : bias + panel * Panel,
                            to,
                            filters.Outputs,
                            PanelProduct.ColumnsOf(panel, filters.Outputs)
                        );
                    }
                }
            }
        );
    }

    /// <param name="patches">The rows of the input.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="gradient">Of the filters: written.</param>
    public static void FilterGradient(PatchRows patches, float* dy, ConvolutionShape shape, FilterBank gradient)
    {
        int panels = PanelProduct.Panels(gradient.Outputs);
        long blocks = (patches.Count + BlockRows - 1) / BlockRows;
        int parts = (int)Math.Min(MostParts, blocks);
        using var sums = new PanelMatrices(parts * panels, Panel, Panel, SumsOwner);
        Workers.Run(
            parts,
            queue =>
            {
                using Scratch v = Scratch.Rent(BlockRows * Panel, PatchesOwner),
                    dm = Scratch.Rent(BlockRows * Panel, ProductsOwner);
                // The rest of a last panel that is not full: what comes of it is not read.
                new Span<float>(dm.Pointer, BlockRows * Panel).Clear();
                while (queue.Next(out int part))
                {
                    long start = blocks * part / parts,
                        end = blocks * (part + 1) / parts;
                    for (long block = start; block < end; block++)
                    {
                        long first = block * BlockRows;
                        int count = (int)Math.Min(BlockRows, patches.Count - first);
                        patches.Write(first, count, v.Pointer);
                        for (int panel = 0; panel < panels; panel++)
                        {
                            Take(
                                dy + (nint)first * gradient.Outputs + panel * Panel,
                                gradient.Outputs,
                                PanelProduct.ColumnsOf(panel, gradient.Outputs),
                                count,
                                dm.Pointer
                            );
                            float* sum = sums.At(part * panels + panel);
                            PanelProduct.MultiplyTransposed<T>(v.Pointer, dm.Pointer, count, sum, add: block > start);
                        }
                    }
                }
            }
        );
        AddUp(sums, parts, panels, shape, gradient);
    }

    // The filters as panels of 32 outputs, in the order of a patch's numbers.
    private static void Lay(FilterBank filters, ConvolutionShape shape, PanelMatrices u)
    {
        // Columns beyond the last output are zero.
        for (int output = 0; output < u.Count * Panel; output++)
        {
            float* to = u.At(output / Panel) + output % Panel;
            for (int number = 0; number < Panel; number++)
                to[number * Panel] = output < filters.Outputs && IsTap(number, shape) ? *Tap(filters, output, number, shape) : 0;
        }
    }

    private static void AddUp(PanelMatrices sums, int parts, int panels, ConvolutionShape shape, FilterBank gradient)
    {
        for (int output = 0; output < gradient.Outputs; output++)
        {
            for (int number = 0; IsTap(number, shape); number++)
            {
                float sum = 0;
                for (int part = 0; part < parts; part++)
                    sum += sums.At(part * panels + output / Panel, number)[output % Panel];
                *Tap(gradient, output, number, shape) = sum;
            }
        }
    }

    private static bool IsTap(int number, ConvolutionShape shape) => number < shape.Kernel * shape.Kernel * shape.Inputs;

    private static float* Tap(FilterBank filters, int output, int number, ConvolutionShape shape)
    {
        (int tap, int input) = Math.DivRem(number, (int)shape.Inputs);
        (int row, int column) = Math.DivRem(tap, (int)shape.Kernel);
        return filters.At(output, input) + row * filters.RowStride + column * filters.ColumnStride;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put<TActivation>(float* m, int count, float* bias, float* to, nint stride, int lanes)
        where TActivation : IActivation
    {
        for (int row = 0; row < count; row++, m += Panel, to += stride)
        {
            for (int lane = 0; lane < lanes; lane += T.Count)
            {
                T value = T.Load(m + lane);
                if (bias != null)
                    value += T.Load(bias + lane);
                T.Store(TActivation.Apply(value), to + lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Take(float* dy, nint stride, int lanes, int count, float* dm)
    {
        for (int row = 0; row < count; row++, dm += Panel, dy += stride)
        {
            for (int lane = 0; lane < lanes; lane += T.Count)
                T.Store(T.Load(dy + lane), dm + lane);
        }
    }
}
