using Microsoft.ML;

namespace Padam.Reproduce.Data;

/// <summary>Some rows of a view, by their numbers.</summary>
internal static class RowsByPosition
{
    /// <param name="mlContext">Filters.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="positions">Numbers from 0; they stay in the order of the view.</param>
    public static IDataView Of(MLContext mlContext, IDataView rows, IReadOnlySet<int> positions) =>
        // ML.NET's filters drop the rows that their predicate holds for.
        mlContext.Data.FilterByStatefulCustomPredicate<AnyRow, Position>(
            rows,
            (_, position) => !positions.Contains(position.Next++),
            position => position.Next = 0
        );

    private sealed class AnyRow;

    private sealed class Position
    {
        public int Next { get; set; }
    }
}
