using System.Globalization;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// What the experiments are about: how far test accuracy stays behind training accuracy with each optimizer, and how each does beside
/// Padam.
/// </summary>
internal static class GapTables
{
    private const string Reference = "Padam";

    /// <summary>The training accuracy in per cent below which a network has not fitted its training set.</summary>
    private const double Fitted = 95;

    /// <summary>After the last epoch that the plan shows; nothing for what is not that far.</summary>
    public static IEnumerable<Block> Of(ExperimentPlan plan, ResultGroup group)
    {
        int last = plan.Shown[^1].Scaled - 1;
        ResultSeries[] whole = [.. group.Series.Where(series => series.At(last, Gap) is not null)];
        if (whole.Length == 0)
            yield break;
        yield return new Paragraph(
            $"After epoch {last + 1}: training accuracy (over the epoch's own steps, on varied images), test accuracy, and the gap between "
                + "them; over several seeds the mean ± the sample standard deviation."
        );
        yield return new Grid(
            ["series", "training, %", "test, %", "gap, points"],
            [.. whole.Select(series => (IReadOnlyList<Cell>)[new(series.Name), .. Cells(series, last)])]
        );

        string[] unfitted =
        [
            .. whole
                .Select(series => (series.Name, Lacking: Fitted - series.At(last, row => 100 * row.Accuracy)!.Mean))
                .Where(series => series.Lacking > 0)
                .Select(series => $"{series.Name} by {Number(series.Lacking)}"),
        ];
        if (unfitted.Length > 0)
            yield return new Paragraph(
                $"Below {Fitted} % training accuracy, in points: {string.Join(", ", unfitted)}. A network that has not fitted its training "
                    + "set has little of a gap to close."
            );
        if (group.Series.FirstOrDefault(series => series.Name == Reference) is not { } padam)
            yield break;
        PairedDifference[] differences = [.. PairedDifference.From(padam, group, last)];
        if (differences.Length == 0)
            yield break;
        yield return new Paragraph(
            $"Test accuracy beside {Reference}'s, seed by seed, in points; the interval is that of the mean by Student's t, not corrected "
                + "for the number of comparisons."
        );
        yield return new Grid(["series", $"less {Reference}, by seed", "mean", "95 % interval"], [.. differences.Select(Cells)]);
    }

    private static double Gap(LogRow row) => 100 * (row.Accuracy - row.TestAccuracy);

    private static IEnumerable<Cell> Cells(ResultSeries series, int epoch)
    {
        foreach (Func<LogRow, double> value in new Func<LogRow, double>[] { row => 100 * row.Accuracy, row => 100 * row.TestAccuracy, Gap })
        {
            Spread over = series.At(epoch, value)!;
            yield return new(Number(over.Mean) + (over.Deviation is { } deviation ? $" ± {Number(deviation)}" : ""));
        }
    }

    private static IReadOnlyList<Cell> Cells(PairedDifference difference) =>
        [
            new(difference.Series),
            new(string.Join(", ", difference.BySeed.Select(pair => $"{pair.Seed}: {Signed(pair.Points)}"))),
            new(Signed(difference.Spread.Mean)),
            new(difference.Interval is { } interval ? $"{Signed(interval.From)} to {Signed(interval.To)}" : "one seed, no interval"),
        ];

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
