using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// The matrix products in the middle of the convolutions. Matrices are stored in panels of 32 columns, [columns / 32][rows][32]: each
/// product below reads its right side straight through, and mostly finds the rows of its left side at offsets known to the compiler.
/// </summary>
/// <remarks>
/// A tile of the result stays in registers while the common dimension runs; each step broadcasts one element of the left side a row. How
/// large a tile is depends on how many registers the processor has.
/// </remarks>
internal static unsafe class PanelProduct
{
    /// <summary>Columns in a panel.</summary>
    public const int Panel = 32;

    /// <summary>Results are computed this many rows at a time: buffers hold a multiple of it.</summary>
    public const int RowGroup = 8;

    // By itself: inlined into a caller, it leaves the compiler no room to inline what it is made of.
    private const MethodImplOptions Compiled = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>
    /// Terms that are added up at once, from the first on; then what came before is added. 128 rows of a panel are 16 KiB: they stay in
    /// the first-level cache while all rows of the left side pass.
    /// </summary>
    public const int TermsAtOnce = PanelsAtOnce * Panel;

    private const int PanelsAtOnce = 4;

    /// <summary>How many panels hold so many columns; the last need not be full.</summary>
    public static int Panels(int columns) => (columns + Panel - 1) / Panel;

    /// <summary>How many columns of a panel hold anything, where <paramref name="columns"/> are laid out in panels.</summary>
    public static int ColumnsOf(int panel, int columns) => Math.Min(Panel, columns - panel * Panel);

    /// <summary>So many rows, brought to whole groups.</summary>
    public static int WholeGroups(int rows) => (rows + RowGroup - 1) / RowGroup * RowGroup;

    /// <summary>Adds [32, 32] to [32, 32].</summary>
    public static void AddTo<T>(float* sum, float* part)
        where T : unmanaged, IRegister<T>
    {
        for (int i = 0; i < Panel * Panel; i += T.Count)
            T.Store(T.Load(sum + i) + T.Load(part + i), sum + i);
    }

    /// <summary>m = v u, or m += v u, for one panel of m.</summary>
    /// <param name="v">[rows, <paramref name="terms"/>], in panels; what else the last panel holds is not read.</param>
    /// <param name="vPanel">The distance between the panels of v.</param>
    /// <param name="u">[<paramref name="terms"/>, 32], one panel.</param>
    /// <param name="terms">The common dimension.</param>
    /// <param name="rows">A multiple of <see cref="RowGroup"/>.</param>
    /// <param name="m">[rows, 32], one panel.</param>
    /// <param name="add">
    /// Whether to add to what m holds. In pieces of <see cref="TermsAtOnce"/> a product has the same bits as in one piece.
    /// </param>
    /// <param name="columns">How many columns of m are wanted; those of whole tiles are computed.</param>
    public static void Multiply<T>(float* v, nint vPanel, float* u, int terms, int rows, float* m, bool add = false, int columns = Panel)
        where T : unmanaged, IRegister<T>
    {
        (int panels, int rest) = Math.DivRem(terms, Panel);
        MultiplyPanels<T>(v, vPanel, u, panels, rows, m, add, columns);
        if (rest > 0)
            MultiplyRest<T>(v + panels * vPanel, u + (nint)panels * Panel * Panel, rest, rows, m, add || panels > 0, columns);
    }

    [MethodImpl(Compiled)]
    private static void MultiplyPanels<T>(float* v, nint vPanel, float* u, int panels, int rows, float* m, bool add, int columns)
        where T : unmanaged, IRegister<T>
    {
        for (int panel = 0; panel < panels; panel += PanelsAtOnce)
        {
            int count = Math.Min(PanelsAtOnce, panels - panel);
            float* a = v + panel * vPanel,
                b = u + (nint)panel * Panel * Panel;
            for (nint row = 0; row < rows; row += RowGroup)
                Rows<T>(a + row * Panel, Panel, 1, vPanel, b, count, Panel, m + row * Panel, add || panel > 0, columns);
        }
    }

    // A last panel that is not full.
    [MethodImpl(Compiled)]
    private static void MultiplyRest<T>(float* v, float* u, int terms, int rows, float* m, bool add, int columns)
        where T : unmanaged, IRegister<T>
    {
        for (nint row = 0; row < rows; row += RowGroup)
            Rows<T>(v + row * Panel, Panel, 1, 0, u, 1, terms, m + row * Panel, add, columns);
    }

    /// <summary>As <see cref="Multiply"/>, with the same bits, for a v whose rows lie one after the other.</summary>
    /// <param name="v">[rows, <paramref name="terms"/>].</param>
    /// <param name="vRow">The distance between the rows of v.</param>
    /// <param name="u">[<paramref name="terms"/>, 32], one panel.</param>
    /// <param name="terms">The common dimension, at most <see cref="TermsAtOnce"/>.</param>
    /// <param name="rows">A multiple of <see cref="RowGroup"/>.</param>
    /// <param name="m">[rows, 32], one panel.</param>
    /// <param name="add">Whether to add to what m holds.</param>
    /// <param name="columns">How many columns of m are wanted; those of whole tiles are computed.</param>
    public static void MultiplyRows<T>(float* v, nint vRow, float* u, int terms, int rows, float* m, bool add, int columns)
        where T : unmanaged, IRegister<T>
    {
        int whole = terms / Panel * Panel;
        if (whole > 0)
            MultiplyTerms<T>(v, vRow, u, whole, rows, m, add, columns);
        if (whole < terms)
            MultiplyTerms<T>(v + whole, vRow, u + (nint)whole * Panel, terms - whole, rows, m, add || whole > 0, columns);
    }

    [MethodImpl(Compiled)]
    private static void MultiplyTerms<T>(float* v, nint vRow, float* u, int terms, int rows, float* m, bool add, int columns)
        where T : unmanaged, IRegister<T>
    {
        for (nint row = 0; row < rows; row += RowGroup)
            Rows<T>(v + row * vRow, vRow, 1, 0, u, 1, terms, m + row * Panel, add, columns);
    }

    /// <summary>du = vt dm, or du += vt dm, for one panel of v and one of dm.</summary>
    /// <param name="v">[rows, 32].</param>
    /// <param name="dm">[rows, 32].</param>
    /// <param name="rows">The common dimension.</param>
    /// <param name="du">[32, 32].</param>
    /// <param name="add">Whether to add to what du holds.</param>
    /// <param name="vColumns">How many rows of du are wanted; those of whole groups are computed.</param>
    /// <param name="columns">How many columns of du are wanted; those of whole tiles are computed.</param>
    [MethodImpl(Compiled)]
    public static void MultiplyTransposed<T>(float* v, float* dm, int rows, float* du, bool add, int vColumns = Panel, int columns = Panel)
        where T : unmanaged, IRegister<T>
    {
        for (nint row = 0; row < vColumns; row += RowGroup)
            Rows<T>(v + row, 1, Panel, 0, dm, 1, rows, du + row * Panel, add, columns);
    }

    // Eight rows of a result, in tiles two registers wide: c[i, j] = sum over p, s of a[p aPanel + i aRow + s aStep] * b[p steps + s, j].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<T>(
        float* a,
        nint aRow,
        nint aStep,
        nint aPanel,
        float* b,
        int panels,
        int steps,
        float* c,
        bool add,
        int columns
    )
        where T : unmanaged, IRegister<T>
    {
        if (2 * T.Count == Panel)
        {
            ProductTile8.Compute<T>(a, aRow, aStep, aPanel, b, panels, steps, c, add);
            return;
        }

        for (nint row = 0; row < RowGroup; row += 4)
        {
            for (nint column = 0; column < columns; column += 2 * T.Count)
                ProductTile4.Compute<T>(a + row * aRow, aRow, aStep, aPanel, b + column, panels, steps, c + row * Panel + column, add);
        }
    }

    /// <summary>Writes two registers of a result, or adds them to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(float* c, T c0, T c1, bool add)
        where T : unmanaged, IRegister<T>
    {
        if (add)
        {
            c0 += T.Load(c);
            c1 += T.Load(c + T.Count);
        }

        T.Store(c0, c);
        T.Store(c1, c + T.Count);
    }
}
