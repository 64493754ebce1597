using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Padam.MLNet.Formats;

/// <summary>What an honest model zip looks like, whatever is in its entries.</summary>
internal static class ZipStructure
{
    private const int EndRecordBytes = 22,
        MostEntries = 10_000;
    private const uint EndRecordSignature = 0x06054b50;

    // Deflate gains a thousandfold on zeros; a model's entries, all together, stay below ten.
    private const long AlwaysUnpacked = 64L << 20;
    private const int MostRatio = 100;

    /// <exception cref="InvalidDataException">The end record is not the file's last bytes.</exception>
    internal static void RequireNothingAfterTheEnd(FileStream file, string path)
    {
        Span<byte> end = stackalloc byte[EndRecordBytes];
        if (file.Length < EndRecordBytes)
            throw new InvalidDataException($"{path} has {file.Length} bytes: it is no zip.");
        file.Position = file.Length - EndRecordBytes;
        file.ReadExactly(end);
        file.Position = 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndRecordSignature || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != 0)
            throw new InvalidDataException($"{path} does not end as a model zip does: it is cut off, or something was added.");
    }

    /// <summary>Checks names and sizes first, and then that every entry unpacks to the length and checksum that the zip says.</summary>
    /// <exception cref="InvalidDataException">Names that lead elsewhere or occur twice, sizes that no model has, or damage.</exception>
    internal static void Check(ZipArchive zip, long fileLength, string path)
    {
        if (zip.Entries.Count > MostEntries)
            throw new InvalidDataException($"{path} has {zip.Entries.Count} entries; a model has fewer than {MostEntries}.");
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        Int128 unpacked = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string name = entry.FullName.Replace('\\', '/');
            if (name.StartsWith('/') || name.Contains(':', StringComparison.Ordinal) || name.Split('/').Contains(".."))
                throw new InvalidDataException($"{path} has an entry named '{entry.FullName}', which leads out of it.");
            if (!names.Add(name))
                throw new InvalidDataException($"{path} has the entry '{entry.FullName}' twice.");
            unpacked += entry.Length;
            if (unpacked > AlwaysUnpacked && unpacked / MostRatio > fileLength)
                throw new InvalidDataException(
                    $"{path} has {fileLength} bytes and unpacks to {unpacked} and more at the entry '{entry.FullName}': a deflate bomb."
                );
        }

        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            var checksum = new Crc32();
            Unpack(entry, path, bytes => checksum.Append(bytes));
            if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
                throw new InvalidDataException(
                    $"{path}: the checksum of the entry '{entry.FullName}' does not match; the file is damaged."
                );
        }
    }

    /// <summary>
    /// Unpacks an entry piece by piece, no further than the length that the zip says, whatever its stream goes on to yield.
    /// </summary>
    /// <exception cref="InvalidDataException">The entry is shorter or longer than that.</exception>
    internal static void Unpack(ZipArchiveEntry entry, string path, Action<ReadOnlySpan<byte>> take)
    {
        using Stream stream = entry.Open();
        byte[] buffer = new byte[1 << 16];
        long left = entry.Length;
        for (int read; left > 0 && (read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left))) > 0; left -= read)
            take(buffer.AsSpan(0, read));
        if (left > 0 || stream.ReadByte() >= 0)
            throw new InvalidDataException($"{path}: the entry '{entry.FullName}' is not the {entry.Length} bytes long that the zip says.");
    }
}
