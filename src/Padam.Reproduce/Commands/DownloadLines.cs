using System.Globalization;

namespace Padam.Reproduce.Commands;

/// <summary>A line for every tenth of a download: readable in a terminal and in a log.</summary>
internal sealed class DownloadLines(string name)
{
    private long nextLine;

    public void Report(long bytes, long? total)
    {
        if (bytes < nextLine && bytes != total)
            return;
        nextLine = bytes + (total ?? 200_000_000) / 10;
        string share = total is > 0
            ? string.Create(CultureInfo.InvariantCulture, $" of {total / 1e6:F1} MB ({(double)bytes / total:P0})")
            : " MB";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes / 1e6:F1}{share}"));
    }
}
