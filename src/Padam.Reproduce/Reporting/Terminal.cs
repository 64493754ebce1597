using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;
using Spectre.Console;

namespace Padam.Reproduce.Reporting;

/// <summary>Standard output: live where a person watches, plain lines where it is redirected or in CI.</summary>
internal static class Terminal
{
    /// <summary>More letters than a row of a table has.</summary>
    private const int Unbroken = 100_000;

    // mpirun gives each of its processes a terminal of its own, and passes on what they write there.
    public static bool IsLive =>
        Job.Ranks.Size == 1
        && !Console.IsOutputRedirected
        && AnsiConsole.Profile.Capabilities.Interactive
        && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Runs <paramref name="work"/> with the display that fits.</summary>
    public static T Show<T>(Func<ITrainingDisplay, T> work) =>
        Job.IsFollower ? work(new SilentDisplay())
        : IsLive ? LiveDisplay.Show(AnsiConsole.Console, work)
        : work(new PlainDisplay(Console.Out, Console.Error));

    /// <inheritdoc cref="Show{T}"/>
    public static void Show(Action<ITrainingDisplay> work) =>
        Show(display =>
        {
            work(display);
            return true;
        });

    /// <summary>A table; in plain output as Markdown, so that a log of it can be pasted.</summary>
    public static void Write(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
    {
        Func<string, string> shown = IsLive ? text => text : MarkdownText.Escaped;
        Table table = new Table().AddColumns([.. columns.Select(Cell)]).Border(IsLive ? TableBorder.Rounded : TableBorder.Markdown);
        foreach (IEnumerable<string> row in rows)
            table.AddRow([.. row.Select(Cell)]);
        // A line that is broken is no row of Markdown any more.
        if (!IsLive)
            AnsiConsole.Profile.Width = Unbroken;
        AnsiConsole.Write(table);

        string Cell(string text) => Markup.Escape(shown(text));
    }
}
