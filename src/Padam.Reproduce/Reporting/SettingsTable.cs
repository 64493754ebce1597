using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>All settings of each series as they were resolved, those in which the series differ first.</summary>
internal static class SettingsTable
{
    private const string Seed = "seed";

    public static Grid Of(ResultGroup group)
    {
        IReadOnlyDictionary<string, string>[][] runs =
        [
            .. group.Series.Select(series => series.Runs.Select(run => run.Summary.ResolvedSettings).ToArray()),
        ];
        (string Name, string[] Values)[] rows =
        [
            .. runs.SelectMany(series => series)
                .SelectMany(run => run.Keys)
                .Distinct()
                .Where(name => name != Seed)
                .Select(name => (name, runs.Select(series => Several(series.Select(run => run.GetValueOrDefault(name, "-")))).ToArray())),
            ("seeds", [.. group.Series.Select(series => string.Join(", ", series.Runs.Select(run => run.Run.Settings.Seed)))]),
            ("threads", [.. group.Series.Select(series => Threads(series.Runs.Select(run => run.Summary)))]),
            ("device", [.. group.Series.Select(series => Several(series.Runs.Select(run => run.Summary.Device)))]),
        ];
        return new Grid(
            ["setting", .. group.Series.Select(series => series.Name)],
            [
                .. rows.OrderBy(row => row.Values.Distinct().Count() == 1)
                    .Select(row => (IReadOnlyList<Cell>)[new(row.Name), .. row.Values.Select(value => new Cell(value))]),
            ],
            $"All settings of each series ({rows.Length})"
        );
    }

    /// <summary>The CPU threads that runs computed with; those of an earlier version do not say it.</summary>
    public static string Threads(IEnumerable<RunSummary> runs) =>
        Several(runs.Select(run => run.Threads is { } threads ? string.Join(", then ", threads) : "not kept"));

    private static string Several(IEnumerable<string> values) => string.Join(" or ", values.Distinct());
}
