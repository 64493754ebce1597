using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Padam.MLNet.Kernels;

/// <summary>
/// The matrix products in the middle of Winograd's algorithm. Matrices are stored in panels of 32 columns, [columns / 32][rows][32]: each
/// product below reads
/// its right side straight through, and finds the rows of its left side at offsets known to the compiler.
/// </summary>
/// <remarks>
/// A tile of the result stays in registers while the common dimension runs; each step broadcasts one element of the left side a row.
/// </remarks>
internal static unsafe class WinogradProduct
{
    /// <summary>Columns in a panel.</summary>
    public const int Panel = 32;

    /// <summary>Results are computed this many rows at a time: buffers hold a multiple of it.</summary>
    public const int RowGroup = 8;

    // 256 rows of a panel are 32 KiB: they stay in the first-level cache while all rows of the left side pass.
    private const int PanelsAtOnce = 8;

    /// <summary>m = v u for one panel of m.</summary>
    /// <param name="v">[rows, 32 <paramref name="panels"/>], in panels.</param>
    /// <param name="vPanel">The distance between the panels of v.</param>
    /// <param name="u">[32 <paramref name="panels"/>, 32], one panel.</param>
    /// <param name="panels">The common dimension, in panels.</param>
    /// <param name="rows">A multiple of <see cref="RowGroup"/>.</param>
    /// <param name="m">[rows, 32], one panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(float* v, nint vPanel, float* u, int panels, int rows, float* m)
        where T : unmanaged, ILanes<T>
    {
        for (int panel = 0; panel < panels; panel += PanelsAtOnce)
        {
            int count = Math.Min(PanelsAtOnce, panels - panel);
            float* a = v + panel * vPanel,
                b = u + (nint)panel * Panel * Panel;
            for (nint row = 0; row < rows; row += RowGroup)
                Rows<T>(a + row * Panel, Panel, 1, vPanel, b, count, Panel, m + row * Panel, panel > 0);
        }
    }

    /// <summary>du = vt dm, or du += vt dm, for one panel of v and one of dm.</summary>
    /// <param name="v">[rows, 32].</param>
    /// <param name="dm">[rows, 32].</param>
    /// <param name="rows">The common dimension.</param>
    /// <param name="du">[32, 32].</param>
    /// <param name="add">Whether to add to what du holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTransposed<T>(float* v, float* dm, int rows, float* du, bool add)
        where T : unmanaged, ILanes<T>
    {
        for (nint row = 0; row < Panel; row += RowGroup)
            Rows<T>(v + row, 1, Panel, 0, dm, 1, rows, du + row * Panel, add);
    }

    // Eight rows of the result: c[i, j] = sum over p, s of a[p aPanel + i aRow + s aStep] * b[p steps + s, j].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<T>(float* a, nint aRow, nint aStep, nint aPanel, float* b, int panels, int steps, float* c, bool add)
        where T : unmanaged, ILanes<T>
    {
        if (T.Count == Vector512<float>.Count)
        {
            Tile8x32(a, aRow, aStep, aPanel, b, panels, steps, c, add);
            return;
        }

        for (nint row = 0; row < RowGroup; row += 4)
        {
            Tile4x16(a + row * aRow, aRow, aStep, aPanel, b, panels, steps, c + row * Panel, add);
            Tile4x16(a + row * aRow, aRow, aStep, aPanel, b + 16, panels, steps, c + row * Panel + 16, add);
        }
    }

    // 16 accumulators, two registers for b and one for the broadcast: what AVX-512's 32 registers take with room to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile8x32(float* a, nint aRow, nint aStep, nint aPanel, float* b, int panels, int steps, float* c, bool add)
    {
        Vector512<float> c00 = default,
            c01 = default,
            c10 = default,
            c11 = default,
            c20 = default,
            c21 = default,
            c30 = default,
            c31 = default;
        Vector512<float> c40 = default,
            c41 = default,
            c50 = default,
            c51 = default,
            c60 = default,
            c61 = default,
            c70 = default,
            c71 = default;
        for (int panel = 0; panel < panels; panel++, a += aPanel)
        {
            float* ai = a;
            for (int step = 0; step < steps; step++, ai += aStep, b += Panel)
            {
                Vector512<float> b0 = Vector512.Load(b),
                    b1 = Vector512.Load(b + 16);
                Vector512<float> ar = Vector512.Create(ai[0]);
                c00 = Vector512.FusedMultiplyAdd(ar, b0, c00);
                c01 = Vector512.FusedMultiplyAdd(ar, b1, c01);
                ar = Vector512.Create(ai[aRow]);
                c10 = Vector512.FusedMultiplyAdd(ar, b0, c10);
                c11 = Vector512.FusedMultiplyAdd(ar, b1, c11);
                ar = Vector512.Create(ai[2 * aRow]);
                c20 = Vector512.FusedMultiplyAdd(ar, b0, c20);
                c21 = Vector512.FusedMultiplyAdd(ar, b1, c21);
                ar = Vector512.Create(ai[3 * aRow]);
                c30 = Vector512.FusedMultiplyAdd(ar, b0, c30);
                c31 = Vector512.FusedMultiplyAdd(ar, b1, c31);
                ar = Vector512.Create(ai[4 * aRow]);
                c40 = Vector512.FusedMultiplyAdd(ar, b0, c40);
                c41 = Vector512.FusedMultiplyAdd(ar, b1, c41);
                ar = Vector512.Create(ai[5 * aRow]);
                c50 = Vector512.FusedMultiplyAdd(ar, b0, c50);
                c51 = Vector512.FusedMultiplyAdd(ar, b1, c51);
                ar = Vector512.Create(ai[6 * aRow]);
                c60 = Vector512.FusedMultiplyAdd(ar, b0, c60);
                c61 = Vector512.FusedMultiplyAdd(ar, b1, c61);
                ar = Vector512.Create(ai[7 * aRow]);
                c70 = Vector512.FusedMultiplyAdd(ar, b0, c70);
                c71 = Vector512.FusedMultiplyAdd(ar, b1, c71);
            }
        }

        Put(c, c00, c01, add);
        Put(c + Panel, c10, c11, add);
        Put(c + 2 * Panel, c20, c21, add);
        Put(c + 3 * Panel, c30, c31, add);
        Put(c + 4 * Panel, c40, c41, add);
        Put(c + 5 * Panel, c50, c51, add);
        Put(c + 6 * Panel, c60, c61, add);
        Put(c + 7 * Panel, c70, c71, add);
    }

    // Eight accumulators keep both multiply-add units of an AVX2 core busy, and leave room in its 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile4x16(float* a, nint aRow, nint aStep, nint aPanel, float* b, int panels, int steps, float* c, bool add)
    {
        Vector256<float> c00 = default,
            c01 = default,
            c10 = default,
            c11 = default,
            c20 = default,
            c21 = default,
            c30 = default,
            c31 = default;
        for (int panel = 0; panel < panels; panel++, a += aPanel)
        {
            float* ai = a;
            for (int step = 0; step < steps; step++, ai += aStep, b += Panel)
            {
                Vector256<float> b0 = Vector256.Load(b),
                    b1 = Vector256.Load(b + 8);
                Vector256<float> ar = Vector256.Create(ai[0]);
                c00 = Vector256.FusedMultiplyAdd(ar, b0, c00);
                c01 = Vector256.FusedMultiplyAdd(ar, b1, c01);
                ar = Vector256.Create(ai[aRow]);
                c10 = Vector256.FusedMultiplyAdd(ar, b0, c10);
                c11 = Vector256.FusedMultiplyAdd(ar, b1, c11);
                ar = Vector256.Create(ai[2 * aRow]);
                c20 = Vector256.FusedMultiplyAdd(ar, b0, c20);
                c21 = Vector256.FusedMultiplyAdd(ar, b1, c21);
                ar = Vector256.Create(ai[3 * aRow]);
                c30 = Vector256.FusedMultiplyAdd(ar, b0, c30);
                c31 = Vector256.FusedMultiplyAdd(ar, b1, c31);
            }
        }

        Put(c, c00, c01, add);
        Put(c + Panel, c10, c11, add);
        Put(c + 2 * Panel, c20, c21, add);
        Put(c + 3 * Panel, c30, c31, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, Vector512<float> c0, Vector512<float> c1, bool add)
    {
        if (add)
        {
            c0 += Vector512.Load(c);
            c1 += Vector512.Load(c + 16);
        }

        c0.Store(c);
        c1.Store(c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, Vector256<float> c0, Vector256<float> c1, bool add)
    {
        if (add)
        {
            c0 += Vector256.Load(c);
            c1 += Vector256.Load(c + 8);
        }

        c0.Store(c);
        c1.Store(c + 8);
    }
}
