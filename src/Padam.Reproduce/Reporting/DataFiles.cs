using System.Globalization;
using Padam.Reproduce.Data;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// On what the runs of an experiment were trained and tested, as their summaries say it; those of an earlier version do not.
/// </summary>
internal static class DataFiles
{
    public static IEnumerable<Block> Of(IReadOnlyList<RunSummary> summaries)
    {
        (string Set, DataIdentity Data)[] known =
        [
            .. summaries.Where(run => run.Data is not null).Select(run => (run.Settings.DataSet, run.Data!)),
        ];
        foreach (string sentence in known.Select(run => Sentence(run.Set, run.Data)).Distinct())
            yield return new Paragraph(sentence, Small: true);

        (string Set, DataFile File)[] files = [.. known.SelectMany(run => run.Data.Files.Select(file => (run.Set, file))).Distinct()];
        if (files.Length > 0)
            yield return new Grid(
                ["data set", "file", "bytes", "SHA-256", "published"],
                [.. files.Select(entry => Row(entry.Set, entry.File))],
                $"Data files ({files.Length})"
            );
    }

    private static string Sentence(string set, DataIdentity data)
    {
        string whose = data.Published switch
        {
            true => "the published files",
            false => $"files that are not the published {set}",
            null => "files that nobody publishes",
        };
        string tested = data.IsTestHeldOut ? "set apart of them" : "test images";
        return $"Data: {set}, {Part(data.Train)} training images and {Part(data.Test)} {tested}, of {whose}.";
    }

    private static string Part(Share share) =>
        share.Taken == share.Of
            ? string.Create(CultureInfo.InvariantCulture, $"{share.Of:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"{share.Taken:N0} of {share.Of:N0}");

    private static IReadOnlyList<Cell> Row(string set, DataFile file) =>
        [
            new(set),
            new(file.Name),
            new(file.Length.ToString(CultureInfo.InvariantCulture)),
            new(file.Sha256),
            new(
                file.Published switch
                {
                    true => "yes",
                    false => "no",
                    null => "-",
                }
            ),
        ];
}
