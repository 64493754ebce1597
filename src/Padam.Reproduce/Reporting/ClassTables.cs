using System.Globalization;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>Error by class, and the confusion matrices, of each series' last epoch with the first seed.</summary>
internal static class ClassTables
{
    private const int MostInSight = 20;

    public static IEnumerable<Block> Of(ExperimentPlan plan, ResultGroup group)
    {
        LastAnswers[] all = [.. In(group)];
        if (all.Length == 0)
            yield break;
        IReadOnlyList<string> classes = all[0].Confusion.Classes;
        yield return new Paragraph(
            $"After the last epoch, seed {all[0].Seed}: the part of each class's test images that was taken for another class, in per "
                + "cent, and for which (rows are the classes of the images; the darker a cell, the larger its part of the row)."
        );
        yield return new Grid(
            ["class", .. all.Select(one => one.Series)],
            [
                .. classes.Select(
                    (name, i) => (IReadOnlyList<Cell>)[new(name), .. all.Select(one => new Cell(Percent(one.Confusion.ErrorOf(i))))]
                ),
            ],
            classes.Count > MostInSight ? $"Error by class ({classes.Count})" : null
        );
        yield return new Figures([
            .. all.Select(
                (one, i) => new Picture($"figures/{FigureName(plan, group, i)}.svg", ConfusionFigure.Description(one.Series, one.Confusion))
            ),
        ]);
    }

    /// <summary>Draws the matrices.</summary>
    public static void Draw(ExperimentPlan plan, ResultGroup group, string folder)
    {
        foreach ((int i, LastAnswers one) in In(group).Index())
            ConfusionFigure.Write(folder, FigureName(plan, group, i), $"{one.Series}, seed {one.Seed}", one.Confusion);
    }

    private static IEnumerable<LastAnswers> In(ResultGroup group)
    {
        LastAnswers[] all =
        [
            .. from series in @group.Series
            from run in series.Runs
            where run.Summary.Confusion is not null
            select new LastAnswers(series.Name, run.Run.Settings.Seed, run.Summary.Confusion!),
        ];
        if (all.Length == 0)
            return [];
        int first = all.Min(one => one.Seed);
        return all.Where(one => one.Seed == first && one.Confusion.Classes.SequenceEqual(all[0].Confusion.Classes));
    }

    private static string FigureName(ExperimentPlan plan, ResultGroup group, int i) =>
        ReportDocument.FigureName(plan, group, $"confusion-{i + 1}");

    private static string Percent(double? part) => part is { } value ? (100 * value).ToString("F1", CultureInfo.InvariantCulture) : "-";

    private sealed record LastAnswers(string Series, int Seed, Confusion Confusion);
}
