using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>A panel of 32 outputs of one tap's filters, [inputs, 32], as products read it.</summary>
internal static unsafe class FilterPanel
{
    private const int Panel = PanelProduct.Panel;

    /// <param name="filters">The filters.</param>
    /// <param name="tap">The tap.</param>
    /// <param name="panel">Which panel of the outputs.</param>
    /// <param name="to">[inputs, 32]: written, with zeros beyond the last output.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(FilterBank filters, Tap tap, int panel, float* to)
    {
        int outputs = PanelProduct.ColumnsOf(panel, filters.Outputs);
        float* from = filters.At(panel * Panel, 0) + tap.KernelRow * filters.RowStride + tap.KernelColumn * filters.ColumnStride;
        if (outputs < Panel)
            new Span<float>(to, checked(filters.Inputs * Panel)).Clear();
        float* rows = stackalloc float[Panel * Panel];
        // A block of 32 inputs, 4 KiB, stays in the first-level cache, in whichever order it is written.
        for (int first = 0; first < filters.Inputs; first += Panel)
        {
            int inputs = Math.Min(Panel, filters.Inputs - first);
            float* block = from + first * filters.InputStride,
                blockTo = to + (nint)first * Panel;
            if (filters.OutputStride == 1)
                Copy(block, filters.InputStride, inputs, outputs, blockTo);
            else if (filters.InputStride != 1)
                Transpose(block, filters.OutputStride, filters.InputStride, inputs, outputs, blockTo);
            else
            {
                // Filters lie far apart: copied in long words, more of them are on their way from memory at once.
                Copy(block, filters.OutputStride, outputs, inputs, rows);
                Transpose(rows, Panel, 1, inputs, outputs, blockTo);
            }
        }
    }

    private static void Copy(float* from, nint stride, int count, int length, float* to)
    {
        for (int i = 0; i < count; i++, from += stride, to += Panel)
            new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* from, nint outputStride, nint inputStride, int inputs, int outputs, float* to)
    {
        for (int output = 0; output < outputs; output++, from += outputStride, to++)
        {
            for (nint input = 0; input < inputs; input++)
                to[input * Panel] = from[input * inputStride];
        }
    }
}
