using Padam.Reproduce.Runs;
using Spectre.Console;

namespace Padam.Reproduce.Reporting;

/// <summary>Standard output: live where a person watches, plain lines where it is redirected or in CI.</summary>
internal static class Terminal
{
    public static bool IsLive =>
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Runs <paramref name="work"/> with the display that fits.</summary>
    public static T Show<T>(Func<ITrainingDisplay, T> work) =>
        IsLive ? LiveDisplay.Show(AnsiConsole.Console, work) : work(new PlainDisplay(Console.Out));

    /// <inheritdoc cref="Show{T}"/>
    public static void Show(Action<ITrainingDisplay> work) =>
        Show(display =>
        {
            work(display);
            return true;
        });

    /// <summary>A table; in plain output as Markdown, so that a log of it can be pasted.</summary>
    public static void Write(Table table)
    {
        if (!IsLive)
            AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table.Border(IsLive ? TableBorder.Rounded : TableBorder.Markdown));
    }
}
