using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// A way to compute a small square of a 3x3 convolution with fewer multiplications (Lavin and Gray 2015, arXiv 1509.09308):
/// Y = At [ (G g Gt) . (Bt d B) ] A, element by element in the middle, with d the input pixels, g the filter and Y the outputs.
/// </summary>
/// <remarks>
/// Each step of the backward pass is the transpose of a step of the forward pass: with u = G g Gt and v = Bt d B, the gradient of u is v .
/// (A dY At), and that of g is Gt du G. A transform reads a square matrix, row by row with a stride (in registers) between elements, and
/// writes one so. Its scratch holds 36 registers.
/// </remarks>
internal unsafe interface IWinogradTile
{
    /// <summary>Input pixels a side: the size of d.</summary>
    static abstract int Inputs { get; }

    /// <summary>Products a side: the size of the matrices in the middle.</summary>
    static abstract int Points { get; }

    /// <summary>Output pixels a side: the size of Y.</summary>
    static abstract int Outputs { get; }

    /// <summary>Where d begins, counted from the output pixel where Y begins.</summary>
    static abstract int Offset(int padding);

    /// <summary>Bt d B.</summary>
    static abstract void Input<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T>;

    /// <summary>At m A.</summary>
    static abstract void Output<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T>;

    /// <summary>A dY At.</summary>
    static abstract void OutputGradient<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T>;

    /// <summary>G g Gt.</summary>
    static abstract void Filter<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T>;

    /// <summary>Gt du G.</summary>
    static abstract void FilterGradient<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T>;
}

/// <summary>One of the matrices above, times a vector.</summary>
internal unsafe interface IWinogradMatrix
{
    static abstract int Rows { get; }

    static abstract int Columns { get; }

    /// <summary>y = M x; the elements of each vector lie a stride apart.</summary>
    static abstract void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
        where T : unmanaged, IRegister<T>;
}

/// <summary>M X Mt for a square X.</summary>
internal static unsafe class WinogradMatrix<M>
    where M : IWinogradMatrix
{
    /// <summary>The matrix is applied to the columns, then to the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sandwich<T>(T* x, nint xStride, T* y, nint yStride, T* scratch)
        where T : unmanaged, IRegister<T>
    {
        for (int column = 0; column < M.Columns; column++)
            M.Multiply(x + column * xStride, M.Columns * xStride, scratch + column, M.Columns);
        for (int row = 0; row < M.Rows; row++)
            M.Multiply(scratch + row * M.Columns, 1, y + row * M.Rows * yStride, yStride);
    }
}
