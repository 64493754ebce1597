using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// F(4x4, 3x3): 4x4 outputs from 6x6 inputs with 36 multiplications instead of 144. The matrices are those of Lavin and Gray, section 4.3.
/// </summary>
internal readonly unsafe struct WinogradTile4 : IWinogradTile
{
    public static int Inputs => 6;

    public static int Offset(int padding) => -padding;

    public static int Points => 6;

    public static int Outputs => 4;

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
        public static int Rows => 6;

        public static int Columns => 6;

        // [ 4  0 -5  0  1  0 ]
        // [ 0 -4 -4  1  1  0 ]
        // [ 0  4 -4 -1  1  0 ]
        // [ 0 -2 -1  2  1  0 ]
        // [ 0  2 -1 -2  1  0 ]
        // [ 0  4  0 -5  0  1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride],
                x2 = x[2 * xStride],
                x3 = x[3 * xStride],
                x4 = x[4 * xStride],
                x5 = x[5 * xStride];
            T even = x4 - 4 * x2,
                odd = x3 - 4 * x1;
            T even2 = x4 - x2,
                odd2 = 2 * (x3 - x1);
            y[0] = 4 * x0 - 5 * x2 + x4;
            y[yStride] = even + odd;
            y[2 * yStride] = even - odd;
            y[3 * yStride] = even2 + odd2;
            y[4 * yStride] = even2 - odd2;
            y[5 * yStride] = 4 * x1 - 5 * x3 + x5;
        }
    }

    private readonly struct At : IWinogradMatrix
    {
        public static int Rows => 4;

        public static int Columns => 6;

        // [ 1  1  1  1  1  0 ]
        // [ 0  1 -1  2 -2  0 ]
        // [ 0  1  1  4  4  0 ]
        // [ 0  1 -1  8 -8  1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x1 = x[xStride],
                x2 = x[2 * xStride],
                x3 = x[3 * xStride],
                x4 = x[4 * xStride];
            T sum = x1 + x2,
                difference = x1 - x2,
                sum2 = x3 + x4,
                difference2 = x3 - x4;
            y[0] = x[0] + sum + sum2;
            y[yStride] = difference + 2 * difference2;
            y[2 * yStride] = sum + 4 * sum2;
            y[3 * yStride] = difference + 8 * difference2 + x[5 * xStride];
        }
    }

    private readonly struct A : IWinogradMatrix
    {
        public static int Rows => 6;

        public static int Columns => 4;

        // [ 1  0  0  0 ]
        // [ 1  1  1  1 ]
        // [ 1 -1  1 -1 ]
        // [ 1  2  4  8 ]
        // [ 1 -2  4 -8 ]
        // [ 0  0  0  1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride],
                x2 = x[2 * xStride],
                x3 = x[3 * xStride];
            T even = x0 + x2,
                odd = x1 + x3;
            T even2 = x0 + 4 * x2,
                odd2 = 2 * x1 + 8 * x3;
            y[0] = x0;
            y[yStride] = even + odd;
            y[2 * yStride] = even - odd;
            y[3 * yStride] = even2 + odd2;
            y[4 * yStride] = even2 - odd2;
            y[5 * yStride] = x3;
        }
    }

    private readonly struct G : IWinogradMatrix
    {
        public static int Rows => 6;

        public static int Columns => 3;

        // [  1/4    0     0  ]
        // [ -1/6  -1/6  -1/6 ]
        // [ -1/6   1/6  -1/6 ]
        // [ 1/24  1/12   1/6 ]
        // [ 1/24 -1/12   1/6 ]
        // [   0     0     1  ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x0 = x[0],
                x1 = x[xStride],
                x2 = x[2 * xStride];
            T even = -1f / 6 * (x0 + x2),
                odd = 1f / 6 * x1;
            T even2 = 1f / 24 * x0 + 1f / 6 * x2,
                odd2 = 1f / 12 * x1;
            y[0] = 1f / 4 * x0;
            y[yStride] = even - odd;
            y[2 * yStride] = even + odd;
            y[3 * yStride] = even2 + odd2;
            y[4 * yStride] = even2 - odd2;
            y[5 * yStride] = x2;
        }
    }

    private readonly struct Gt : IWinogradMatrix
    {
        public static int Rows => 3;

        public static int Columns => 6;

        // [ 1/4 -1/6 -1/6  1/24  1/24 0 ]
        // [  0  -1/6  1/6  1/12 -1/12 0 ]
        // [  0  -1/6 -1/6  1/6   1/6  1 ]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply<T>(T* x, nint xStride, T* y, nint yStride)
            where T : unmanaged, IRegister<T>
        {
            T x1 = x[xStride],
                x2 = x[2 * xStride],
                x3 = x[3 * xStride],
                x4 = x[4 * xStride];
            T sum = 1f / 6 * (x1 + x2),
                sum2 = x3 + x4;
            y[0] = 1f / 4 * x[0] - sum + 1f / 24 * sum2;
            y[yStride] = 1f / 6 * (x2 - x1) + 1f / 12 * (x3 - x4);
            y[2 * yStride] = 1f / 6 * sum2 - sum + x[5 * xStride];
        }
    }
}
