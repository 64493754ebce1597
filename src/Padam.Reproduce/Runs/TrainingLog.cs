using CsvHelper;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>
/// The CSV log of a run, a line an epoch, on the disk as soon as the epoch is over. It holds no clock time, so that a resumed log can equal
/// an uninterrupted one byte for byte. Numbers are the shortest text that reads back the same, whatever the user's culture.
/// </summary>
internal sealed class TrainingLog
{
    private static readonly CsvReaderOptions Reading = new()
    {
        Separator = ';',
        TrackLineNumbers = true,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        MalformedData = CsvMalformedDataHandling.Throw,
    };
    private static readonly CsvWriterOptions Writing = new() { Separator = ';', NewLine = "\n" };
    private readonly string _path;

    private TrainingLog(string path) => _path = path;

    /// <summary>Starts a new log, over an old one.</summary>
    public static TrainingLog Start(string path) => Keep(path, []);

    /// <summary>Goes on after the first <paramref name="epochs"/> epochs; later lines, also one cut in the middle, are dropped.</summary>
    public static TrainingLog Continue(string path, int epochs)
    {
        IReadOnlyList<LogRow> rows = File.Exists(path) ? Read(path) : [];
        if (rows.Count < epochs)
        {
            throw new CommandException(
                $"'{path}' has {rows.Count} whole epochs, its checkpoint has {epochs}. Put the log back, or start over with --force."
            );
        }

        return Keep(path, rows.Take(epochs));
    }

    /// <summary>The whole lines of a log; a last line without its end is left out.</summary>
    /// <exception cref="CommandException">
    /// The file cannot be read or is no log: a column is missing, a line has another number of fields or no number, or an epoch is
    /// missing or twice.
    /// </exception>
    public static IReadOnlyList<LogRow> Read(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            using CsvReader reader = CsvReader.FromText(text[..(text.LastIndexOf('\n') + 1)], Reading);
            List<LogRow> rows = [];
            foreach (LogRow row in reader.GetRecords<LogRow>())
            {
                if (row.Epoch != rows.Count)
                    throw new InvalidDataException($"line {reader.LineNumber} says epoch {row.Epoch} where epoch {rows.Count} is due");
                rows.Add(row);
            }

            return rows;
        }
        // KeyNotFoundException: a column is missing.
        catch (Exception e)
            when (e is CsvFormatException or KeyNotFoundException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"'{path}' is not a training log: {e.Message.TrimEnd('.')}. Remove the file, or train again with --force.",
                e
            );
        }
    }

    /// <summary>Whether there is a log with a whole epoch in it, damaged or not.</summary>
    public static bool HasEpochs(string path) => File.Exists(path) && File.ReadLines(path).Skip(1).Any();

    public void Append(LogRow row)
    {
        using var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        using (CsvWriter writer = CsvWriter.Create(stream, Writing, leaveOpen: true))
            writer.WriteRecord(row);
        stream.Flush(flushToDisk: true);
    }

    private static TrainingLog Keep(string path, IEnumerable<LogRow> rows)
    {
        AtomicFile.Write(
            path,
            stream =>
            {
                using CsvWriter writer = CsvWriter.Create(stream, Writing, leaveOpen: true);
                writer.WriteRecords(rows);
            }
        );
        return new TrainingLog(path);
    }
}
