namespace Padam.MLNet.Data;

/// <summary>
/// The binary layout of one CIFAR version: label bytes, then 3 x 32 x 32 pixel bytes, channel by channel (red, green, blue), row by row.
/// </summary>
internal sealed record CifarFormat(string[] TrainFiles, string TestFile, int LabelBytes, int LabelByte, string NamesFile, int Classes)
{
    internal const int Channels = 3,
        Side = 32,
        PixelBytes = Channels * Side * Side;

    internal static readonly CifarFormat Cifar10 = new(
        [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")],
        "test_batch.bin",
        LabelBytes: 1,
        LabelByte: 0,
        "batches.meta.txt",
        Classes: 10
    );

    internal static readonly CifarFormat Cifar100Fine = new(
        ["train.bin"],
        "test.bin",
        LabelBytes: 2,
        LabelByte: 1,
        "fine_label_names.txt",
        Classes: 100
    );

    internal static readonly CifarFormat Cifar100Coarse = Cifar100Fine with
    {
        LabelByte = 0,
        NamesFile = "coarse_label_names.txt",
        Classes = 20,
    };

    internal int RecordBytes => LabelBytes + PixelBytes;

    /// <summary>Reads and checks every record file of a split: whole records, labels in range.</summary>
    internal byte[][] Read(string folder, CifarSplit split)
    {
        RequireFolder(folder);
        string[] names =
            split == CifarSplit.Test ? [TestFile] : TrainFiles.Where(name => Path.Exists(Path.Combine(folder, name))).ToArray();
        if (names.Length == 0)
            throw new FileNotFoundException(
                $"'{folder}' holds none of {string.Join(", ", TrainFiles)}.",
                Path.Combine(folder, TrainFiles[0])
            );
        return [.. names.Select(name => ReadFile(Path.Combine(folder, name)))];
    }

    /// <summary>The class names of the data set, one a line.</summary>
    internal string[] ReadClassNames(string folder)
    {
        RequireFolder(folder);
        string path = Path.Combine(folder, NamesFile);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The class names '{path}' are missing; the file comes with the data set.", path);
        string[] names = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (names.Length != Classes)
            throw new InvalidDataException($"'{path}' names {names.Length} classes, not {Classes}.");
        if (names.Distinct().Count() != names.Length)
            throw new InvalidDataException($"'{path}' names a class twice.");
        return names;
    }

    private void RequireFolder(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException(
                $"The CIFAR folder '{folder}' does not exist. Give the folder that holds {string.Join(", ", TrainFiles)} and {TestFile}."
                    + MissingPath.Hint(folder)
            );
    }

    private byte[] ReadFile(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"'{path}' is a folder where a CIFAR record file is expected.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"The CIFAR record file '{path}' does not exist.", path);
        // Not FileInfo's length: that of a link is its own.
        using FileStream file = File.OpenRead(path);
        long length = file.Length;
        if (length == 0)
            throw new InvalidDataException($"'{path}' is empty.");
        if (length % RecordBytes != 0)
            throw new InvalidDataException(
                $"'{path}' ends in mid-record: {length} bytes are {length / RecordBytes} records of {RecordBytes} and "
                    + $"{length % RecordBytes} bytes more. Fetch the file again."
            );

        byte[] records = new byte[length];
        file.ReadExactly(records);
        for (int row = 0, at = LabelByte; at < records.Length; row++, at += RecordBytes)
        {
            if (records[at] >= Classes)
                throw new InvalidDataException($"'{path}', record {row} (byte {at}): label {records[at]} is outside 0..{Classes - 1}.");
        }

        return records;
    }
}
