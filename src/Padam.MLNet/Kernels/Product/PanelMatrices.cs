using System.Runtime.InteropServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Matrices of one size in a kernel's working memory, in panels of 32 columns: [columns / 32][rows][32]. In the transformed domain there is
/// one for each element (i, j) of all tiles or filters.
/// </summary>
internal sealed unsafe class PanelMatrices : IDisposable
{
    private const int Panel = PanelProduct.Panel;

    // A cache line, lest element (i, j) of a tile fall into the same cache set for all (i, j).
    private const int Gap = 16;

    private readonly Scratch _memory;

    /// <summary>Takes memory for them, with arbitrary content.</summary>
    /// <param name="count">How many matrices.</param>
    /// <param name="rows">The rows of each.</param>
    /// <param name="columns">The columns of each. Where they are no multiple of 32, all is zero at first.</param>
    /// <param name="owner">The kernel, and what it keeps there.</param>
    public PanelMatrices(int count, int rows, int columns, string owner)
    {
        (Count, Rows, Panels) = (count, rows, PanelProduct.Panels(columns));
        Stride = (nint)rows * Panels * Panel + Gap;
        nint length = count * Stride - Gap;
        _memory = Scratch.Rent(length, owner);
        if (columns % Panel != 0)
            NativeMemory.Clear(_memory.Pointer, (nuint)length * sizeof(float));
    }

    public int Count { get; }

    public int Rows { get; }

    public int Panels { get; }

    /// <summary>The distance from a matrix to the next, in floats.</summary>
    public nint Stride { get; }

    /// <summary>The distance from a panel to the next, in floats.</summary>
    public nint PanelStride => (nint)Rows * Panel;

    /// <summary>The first element of a row of a panel.</summary>
    public float* At(nint matrix, nint row = 0, nint panel = 0) => _memory.Pointer + matrix * Stride + (panel * Rows + row) * Panel;

    public void Dispose() => _memory.Dispose();
}
