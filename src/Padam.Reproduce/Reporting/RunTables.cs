using System.Globalization;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>The runs behind a table: their files, and the times of those that had the machine to themselves.</summary>
internal static class RunTables
{
    public static IEnumerable<Block> Of(ResultGroup group, string output)
    {
        (ResultSeries Series, RunSummary[] Alone)[] timed =
        [
            .. group
                .Series.Select(series => (series, series.Runs.Select(run => run.Summary).Where(run => run.Alone).ToArray()))
                .Where(series => series.Item2.Length > 0),
        ];
        if (timed.Length > 0)
        {
            yield return new Paragraph("Times of runs that had the machine to themselves, in the mean over the seeds.", Small: true);
            yield return new Grid(
                ["series", "time a run", "images a second", "threads", "runs"],
                [.. timed.Select(series => Times(series.Series, series.Alone))]
            );
        }

        RunResult[] runs = [.. group.Series.SelectMany(series => series.Runs)];
        yield return new Grid(
            ["run", "seed", "last accuracy, %", "log (CSV)", "settings (JSON)"],
            [.. runs.Select(run => Files(run, output))],
            $"Runs and their logs ({runs.Length})"
        );
    }

    private static IReadOnlyList<Cell> Times(ResultSeries series, RunSummary[] runs)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Round(runs.Average(run => run.Seconds)));
        double? speed = runs.Select(run => run.ByEpoch?.Average(epoch => epoch.ImagesPerSecond) ?? run.ImagesPerSecond).Average();
        return
        [
            new(series.Name),
            new($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"),
            new(speed?.ToString("F0", CultureInfo.InvariantCulture) ?? "-"),
            new(SettingsTable.Threads(runs)),
            new($"{runs.Length}"),
        ];
    }

    private static IReadOnlyList<Cell> Files(RunResult run, string output)
    {
        RunFiles files = run.Run.Files(output);
        string Link(string path) => Path.GetRelativePath(output, path).Replace('\\', '/');
        return
        [
            new(run.Run.Series),
            new($"{run.Run.Settings.Seed}"),
            new(
                run.Summary.TestAccuracy is { } accuracy
                    ? (100 * accuracy).ToString("F2", CultureInfo.InvariantCulture)
                    : ReportDocument.Diverged([run.Summary.Diverged!.Epoch])
            ),
            new(run.Run.Folder, Link(files.Log), IsDownload: true),
            new("json", Link(files.Summary)),
        ];
    }
}
