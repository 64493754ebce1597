using System.Globalization;
using Padam.Reproduce.Experiments;

namespace Padam.Reproduce.Reporting;

/// <summary>A piece of the report page, written as Markdown and as HTML.</summary>
internal abstract record Block;

internal sealed record Heading(int Level, string Text) : Block;

internal sealed record Paragraph(string Text) : Block;

/// <summary>A table; a cell may link to a file beside the page.</summary>
internal sealed record Grid(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : Block;

internal sealed record Cell(string Text, string? Link = null);

/// <summary>A figure: FILE.svg below the page's folder.</summary>
internal sealed record Picture(string File, string Description) : Block;

/// <summary>Ours beside the report's, with the difference, the spread over seeds, the scale, the version, the machine and links to the logs.</summary>
internal static class ReportDocument
{
    public static IReadOnlyList<Block> Of(IReadOnlyList<ExperimentResults> experiments, string output)
    {
        ReportNumbers report = ReportNumbers.Load();
        return
        [
            new Heading(1, "Padam: the reproducibility report, rerun"),
            new Paragraph("Test accuracies of these runs (ours) beside those of the report (arXiv 1901.09517), in per cent; the spread is the sample standard deviation over seeds. "
                + "Only the scale \"full\" follows the report's protocol: at any other, the difference says how far the reduction is from it, not whether the report holds."),
            .. experiments.SelectMany(experiment => Blocks(experiment, report, output)),
        ];
    }

    /// <summary>The name of a figure's files, without extension.</summary>
    public static string FigureName(ExperimentPlan plan, ResultGroup group, string kind) => $"{plan.Name}-{plan.Scale}-{plan.Recipe}-{group.DataSet}-{group.Network}-{kind}";

    /// <summary>A table row a series and shown epoch: series, epoch, ours, spread, the report's, difference.</summary>
    public static IEnumerable<IReadOnlyList<Cell>> Rows(ExperimentPlan plan, ResultGroup place, ReportNumbers report) =>
        from series in place.Series
        from shown in plan.Shown
        let ours = series.At(shown.Scaled - 1, row => 100 * row.TestAccuracy)
        let theirs = report.TestAccuracy(place.DataSet, place.Network, series.Name, shown.Protocol)
        where ours is not null
        select (IReadOnlyList<Cell>)
        [
            new Cell(series.Name),
            new Cell(shown.Protocol == shown.Scaled ? $"{shown.Protocol}" : $"{shown.Scaled} for {shown.Protocol}"),
            new Cell(Number(ours.Mean)),
            new Cell(ours.Deviation is { } deviation ? $"{Number(deviation)} ({ours.Count} seeds)" : "one seed"),
            new Cell(theirs is { } number ? Number(number) : "-"),
            new Cell(theirs is { } other ? (ours.Mean - other).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) : "-"),
        ];

    public static readonly IReadOnlyList<string> Columns = ["series", "epoch", "ours, %", "spread", "report, %", "difference"];

    private static IEnumerable<Block> Blocks(ExperimentResults results, ReportNumbers report, string output)
    {
        ExperimentPlan plan = results.Plan;
        yield return new Heading(2, plan.Title);
        yield return new Paragraph($"Scale {plan.Scale}: {Scale.Parse(plan.Scale).Text}. Recipe {plan.Recipe}. {results.Finished} of {plan.Runs.Count} runs are finished.");
        foreach (ResultGroup group in results.Groups)
        {
            yield return new Heading(3, $"{group.Name} (scale {plan.Scale})");
            yield return new Grid(Columns, [.. Rows(plan, group, report)]);
            foreach (string kind in plan.Figures) yield return new Picture($"figures/{FigureName(plan, group, kind)}.svg", $"{CurveFigure.Title(kind)}, {group.Name}, scale {plan.Scale}");
            yield return new Grid(["run", "seed", "last test accuracy, %", "seconds", "log"], [.. group.Series.SelectMany(series => series.Runs.Select(run => Details(series, run, output)))]);
        }

        foreach (string origin in results.Groups.SelectMany(group => group.Series).SelectMany(series => series.Runs)
                     .Select(run => $"Version {run.Summary.Version} on {run.Summary.Device}, {run.Summary.Machine}.").Distinct())
            yield return new Paragraph(origin);
    }

    private static IReadOnlyList<Cell> Details(ResultSeries series, RunResult run, string output) =>
    [
        new(series.Name), new($"{run.Run.Settings.Seed}"), new(Number(100 * run.Summary.TestAccuracy)), new(run.Summary.Seconds.ToString("F0", CultureInfo.InvariantCulture)),
        new(run.Run.Id, Path.GetRelativePath(output, run.Run.Files(output).Log).Replace('\\', '/')),
    ];

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
