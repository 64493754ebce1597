namespace Padam.MLNet.Data;

/// <summary>The records of some CIFAR files, in memory as they were in the files.</summary>
internal sealed class CifarRecords(CifarFormat format, byte[][] files) : IPixels<byte>
{
    internal long Count => files.Sum(file => (long)file.Length / format.RecordBytes);

    public int InFile => 0;

    public ReadOnlySpan<byte> this[int image] => Record(image)[format.LabelBytes..];

    internal byte Label(int row) => Record(row)[format.LabelByte];

    private ReadOnlySpan<byte> Record(long row)
    {
        foreach (byte[] file in files)
        {
            long records = file.Length / format.RecordBytes;
            if (row < records)
                return file.AsSpan((int)row * format.RecordBytes, format.RecordBytes);
            row -= records;
        }

        throw new ArgumentOutOfRangeException(nameof(row));
    }
}
