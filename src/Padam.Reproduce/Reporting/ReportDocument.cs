using System.Globalization;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// Ours beside the report's, with the difference, the spread over seeds, the scale, the version, the machine and links to the logs.
/// </summary>
internal static class ReportDocument
{
    public static IReadOnlyList<Block> Of(IReadOnlyList<ExperimentResults> experiments, IReadOnlyList<string> setAside, string output)
    {
        ReportNumbers report = ReportNumbers.Load();
        return
        [
            new Heading(1, "Padam: the reproducibility report, rerun"),
            new Paragraph(
                "Test accuracies of these runs (ours) beside those of the report (arXiv 1901.09517), in per cent; the spread is the "
                    + "sample standard deviation over seeds. "
                    + "The report's numbers are those of its Tables 2 and 3, and where it has only a figure, read off it to about 0.1. "
                    + "Of its own experiments only those at the scale \"full\" follow its protocol: at any other, the difference says how "
                    + "far the reduction is from it, not whether the report holds."
            ),
            new Grid(
                ["experiment", "scale", "recipe", "runs"],
                [
                    .. experiments.Select(experiment =>
                        (IReadOnlyList<Cell>)
                            [
                                new(experiment.Plan.Title, "#" + Title(experiment.Plan, experiments).Anchor),
                                new(experiment.Plan.Scale),
                                new(experiment.Plan.Recipe),
                                new(experiment.Progress),
                            ]
                    ),
                ]
            ),
            .. experiments.SelectMany(experiment => Blocks(experiment, Title(experiment.Plan, experiments), report, output)),
            .. setAside.Count > 0 ? [new Heading(2, "Set aside")] : Array.Empty<Block>(),
            .. setAside.Select(sentence => new Paragraph(sentence, Small: true)),
        ];
    }

    /// <summary>The name of a figure's files, without extension.</summary>
    public static string FigureName(ExperimentPlan plan, ResultGroup group, string kind) =>
        $"{plan.Name}-{plan.Scale}-{plan.Recipe}-{group.DataSet}-{group.Network}-{kind}";

    /// <summary>A table row a series and shown epoch: series, epoch, ours, spread, the report's, difference.</summary>
    public static IEnumerable<IReadOnlyList<Cell>> Rows(ExperimentPlan plan, ResultGroup place, ReportNumbers report) =>
        from series in place.Series
        from shown in plan.Shown
        let ours = series.At(shown.Scaled - 1, row => 100 * row.TestAccuracy)
        let theirs = report.TestAccuracy(place.DataSet, place.Network, series.Name, shown.Protocol)
        let lost = series.Diverged.Select(diverged => diverged.Epoch).Where(epoch => epoch <= shown.Scaled).Distinct().Order().ToList()
        where ours is not null || lost.Count > 0
        select (IReadOnlyList<Cell>)
            [
                new Cell(series.Name),
                new Cell(shown.Protocol == shown.Scaled ? $"{shown.Protocol}" : $"{shown.Scaled} for {shown.Protocol}"),
                new Cell(ours is null ? Diverged(lost) : Number(ours.Mean)),
                new Cell(ours is null ? "-" : Spread(ours, lost)),
                new Cell(theirs is { } number ? Number(number) : "-"),
                new Cell(
                    ours is not null && theirs is { } other
                        ? (ours.Mean - other).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture)
                        : "-"
                ),
                .. HasMacro(plan, place)
                    ? [new Cell(series.MacroAt(shown.Scaled) is { } macro ? Number(100 * macro) : "-")]
                    : Array.Empty<Cell>(),
            ];

    /// <summary>The table's columns; the mean over classes is among them where runs know it.</summary>
    public static IReadOnlyList<string> Columns(ExperimentPlan plan, ResultGroup place) =>
        [
            "series",
            "epoch",
            "ours, %",
            "spread",
            "report, %",
            "difference",
            .. HasMacro(plan, place) ? ["mean over classes, %"] : Array.Empty<string>(),
        ];

    private static bool HasMacro(ExperimentPlan plan, ResultGroup place) =>
        place.Series.Any(series => plan.Shown.Any(shown => series.MacroAt(shown.Scaled) is not null));

    // A user's own experiment may have the title of a shipped one.
    private static Heading Title(ExperimentPlan plan, IReadOnlyList<ExperimentResults> all)
    {
        var title = new Heading(2, plan.Title, $"scale {plan.Scale}, recipe {plan.Recipe}");
        bool isAlone =
            all.Count(other => (other.Plan.Title, other.Plan.Scale, other.Plan.Recipe) == (plan.Title, plan.Scale, plan.Recipe)) == 1;
        return isAlone ? title : title with { Note = $"{title.Note}, {plan.Name}" };
    }

    private static IEnumerable<Block> Blocks(ExperimentResults results, Heading title, ReportNumbers report, string output)
    {
        ExperimentPlan plan = results.Plan;
        yield return title;
        yield return new Paragraph($"Scale {plan.Scale}: {Scale.Parse(plan.Scale).Text}. Recipe {plan.Recipe}. {results.Progress}.");
        if (plan.Runs is [{ Settings.HeldOut: { } part }, ..])
            yield return new Paragraph(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"What is called a test here is one on {part:P0} of the training images, drawn evenly over the classes by seed 1 "
                        + $"and not trained on: the test images have no part in it."
                )
            );
        foreach (Block block in UnfinishedRuns.Of(plan, results.Unfinished))
            yield return block;
        foreach (ResultGroup group in results.Groups)
        {
            List<IReadOnlyList<Cell>> rows = [.. Rows(plan, group, report)];
            yield return new Heading(3, group.Name, $"scale {plan.Scale}");
            yield return new Grid(Columns(plan, group), rows);
            if (group.Twins.Count > 0)
                yield return new Paragraph(
                    "Of the same settings, and so the same runs: "
                        + $"{string.Join("; ", group.Twins.Select(twin => $"{twin.Name} as {twin.Of}"))}.",
                    Small: true
                );
            if (rows.All(row => row[4].Text == "-"))
                yield return new Paragraph("The report has no number to set beside these.", Small: true);
            foreach (Block block in GapTables.Of(plan, group))
                yield return block;
            if (plan.Figures.Count > 0)
                yield return new Figures([
                    .. plan.Figures.Select(kind => new Picture(
                        $"figures/{FigureName(plan, group, kind)}.svg",
                        CurveFigure.Description(group, kind, $"scale {plan.Scale}")
                    )),
                ]);
            foreach (Block block in ClassTables.Of(plan, group))
                yield return block;
            yield return SettingsTable.Of(group);
            foreach (Block block in RunTables.Of(group, output))
                yield return block;
        }

        RunSummary[] summaries =
        [
            .. results.Groups.SelectMany(group => group.Series).SelectMany(series => series.Runs).Select(run => run.Summary),
        ];
        foreach (string origin in summaries.Select(Origin).Distinct())
            yield return new Paragraph(origin, Small: true);
        foreach (Block block in DataFiles.Of(summaries))
            yield return block;
    }

    // Of a version with its commit, ten digits of it.
    private static string Origin(RunSummary run)
    {
        (string number, string commit) = ProgramVersion.Of(run.Version);
        string built = commit == ProgramVersion.NoCommit ? "" : $" (commit {commit[..Math.Min(10, commit.Length)]})";
        return $"Version {number}{built} on {run.Device}; {run.Machine}.";
    }

    internal static string Diverged(IReadOnlyList<int> epochs) => $"diverged at epoch {string.Join(", ", epochs)}";

    private static string Spread(Spread ours, List<int> lost) =>
        (ours.Deviation is { } deviation ? $"{Number(deviation)} ({ours.Count} seeds)" : "one seed")
        + (lost.Count > 0 ? $", others {Diverged(lost)}" : "");

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
