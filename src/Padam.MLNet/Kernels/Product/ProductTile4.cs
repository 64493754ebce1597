using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// A tile of a matrix product, four rows by two registers: eight accumulators keep both multiply-add units of an AVX2 core busy, and leave
/// room in its 16 registers.
/// </summary>
internal static unsafe class ProductTile4
{
    private const int Panel = PanelProduct.Panel;

    /// <summary>
    /// c[i, j] = sum over p, s of a[p aPanel + i aRow + s aStep] * b[p steps + s, j], or added to it: 4 rows i, two registers of columns j.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T>(float* a, nint aRow, nint aStep, nint aPanel, float* b, int panels, int steps, float* c, bool add)
        where T : unmanaged, IRegister<T>
    {
        T c00 = default,
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
            // Two steps in one go: the loop's own instructions take the place of multiplications where hardware threads share a core.
            for (int pair = steps / 2; pair > 0; pair--, ai += 2 * aStep, b += 2 * Panel)
            {
                Step(ai, aRow, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31);
                Step(ai + aStep, aRow, b + Panel, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31);
            }

            if (int.IsOddInteger(steps))
            {
                Step(ai, aRow, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31);
                b += Panel;
            }
        }

        PanelProduct.Put(c, c00, c01, add);
        PanelProduct.Put(c + Panel, c10, c11, add);
        PanelProduct.Put(c + 2 * Panel, c20, c21, add);
        PanelProduct.Put(c + 3 * Panel, c30, c31, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<T>(
        float* a,
        nint aRow,
        float* b,
        ref T c00,
        ref T c01,
        ref T c10,
        ref T c11,
        ref T c20,
        ref T c21,
        ref T c30,
        ref T c31
    )
        where T : unmanaged, IRegister<T>
    {
        T b0 = T.Load(b),
            b1 = T.Load(b + T.Count),
            ar = T.Broadcast(a[0]);
        T.Accumulate(ref c00, ar, b0);
        T.Accumulate(ref c01, ar, b1);
        ar = T.Broadcast(a[aRow]);
        T.Accumulate(ref c10, ar, b0);
        T.Accumulate(ref c11, ar, b1);
        ar = T.Broadcast(a[2 * aRow]);
        T.Accumulate(ref c20, ar, b0);
        T.Accumulate(ref c21, ar, b1);
        ar = T.Broadcast(a[3 * aRow]);
        T.Accumulate(ref c30, ar, b0);
        T.Accumulate(ref c31, ar, b1);
    }
}
