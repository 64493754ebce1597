using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// A whole 2x2 map with padding 1, with 9 multiplications: F(2x2, 3x3) would take 16, but here the border is known to be zero.
/// </summary>
/// <remarks>
/// In one dimension the outputs are y0 = g1 x0 + g2 x1 and y1 = g0 x0 + g1 x1: a Toeplitz matrix times a vector, which Karatsuba's three
/// products give: m = ((g0 - g1) x0, g1 (x0 + x1), (g2 - g1) x1), y0 = m1 + m2, y1 = m0 + m1.
/// </remarks>
internal readonly unsafe struct KaratsubaMap2x2 : IWinogradTile
{
    public static int Inputs => 2;

    public static int Offset(int padding) => 0;

    public static int Points => 3;

    public static int Outputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T> => WinogradMatrix<Bt>.Sandwich(from, fromStride, to, toStride, scratch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T> => WinogradMatrix<At>.Sandwich(from, fromStride, to, toStride, scratch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T> => WinogradMatrix<A>.Sandwich(from, fromStride, to, toStride, scratch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T> => WinogradMatrix<G>.Sandwich(from, fromStride, to, toStride, scratch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterGradient<T>(T* from, nint fromStride, T* to, nint toStride, T* scratch)
        where T : unmanaged, IRegister<T> => WinogradMatrix<Gt>.Sandwich(from, fromStride, to, toStride, scratch);

    private readonly struct Bt : IWinogradMatrix
    {
        public static int Rows => 3;

        public static int Columns => 2;

        // [ 1 0 ]
        // [ 1 1 ]
        // [ 0 1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride];
            y[0] = x0;
            y[yStride] = x0 + x1;
            y[2 * yStride] = x1;
        }
    }

    private readonly struct At : IWinogradMatrix
    {
        public static int Rows => 2;

        public static int Columns => 3;

        // [ 0 1 1 ]
        // [ 1 1 0 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x1 = x[xStride];
            y[0] = x1 + x[2 * xStride];
            y[yStride] = x[0] + x1;
        }
    }

    private readonly struct A : IWinogradMatrix
    {
        public static int Rows => 3;

        public static int Columns => 2;

        // [ 0 1 ]
        // [ 1 1 ]
        // [ 1 0 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride];
            y[0] = x1;
            y[yStride] = x0 + x1;
            y[2 * yStride] = x0;
        }
    }

    private readonly struct G : IWinogradMatrix
    {
        public static int Rows => 3;

        public static int Columns => 3;

        // [ 1 -1 0 ]
        // [ 0  1 0 ]
        // [ 0 -1 1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride],
                x2 = x[2 * xStride];
            y[0] = x0 - x1;
            y[yStride] = x1;
            y[2 * yStride] = x2 - x1;
        }
    }

    private readonly struct Gt : IWinogradMatrix
    {
        public static int Rows => 3;

        public static int Columns => 3;

        // [  1 0  0 ]
        // [ -1 1 -1 ]
        // [  0 0  1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride],
                x2 = x[2 * xStride];
            y[0] = x0;
            y[yStride] = x1 - x0 - x2;
            y[2 * yStride] = x2;
        }
    }
}
