using System.Buffers.Binary;
using System.IO.Compression;

namespace Padam.MLNet.Persistence;

/// <summary>What an honest model zip looks like from outside; no entry is unpacked for it.</summary>
internal static class ZipStructure
{
    private const int EndRecordBytes = 22, MostEntries = 10_000;
    private const uint EndRecordSignature = 0x06054b50;

    // Deflate gains a thousandfold on zeros; weights and dictionaries stay below ten.
    private const long LargestOtherEntry = 1L << 30, SuspiciousSize = 64L << 20;
    private const int SuspiciousRatio = 100;

    /// <exception cref="InvalidDataException">The end record is not the file's last bytes.</exception>
    internal static void RequireNothingAfterTheEnd(FileStream file, string path)
    {
        Span<byte> end = stackalloc byte[EndRecordBytes];
        if (file.Length < EndRecordBytes) throw new InvalidDataException($"{path} has {file.Length} bytes: it is no zip.");
        file.Position = file.Length - EndRecordBytes;
        file.ReadExactly(end);
        file.Position = 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndRecordSignature || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != 0)
            throw new InvalidDataException($"{path} does not end as a model zip does: it is cut off, or something was added.");
    }

    /// <exception cref="InvalidDataException">Names that lead elsewhere or occur twice, or sizes that no model has.</exception>
    internal static void Check(ZipArchive zip, string path)
    {
        if (zip.Entries.Count > MostEntries) throw new InvalidDataException($"{path} has {zip.Entries.Count} entries; a model has fewer than {MostEntries}.");
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string name = entry.FullName.Replace('\\', '/');
            if (name.StartsWith('/') || name.Contains(':', StringComparison.Ordinal) || name.Split('/').Contains(".."))
                throw new InvalidDataException($"{path} has an entry named '{entry.FullName}', which leads out of it.");
            if (!names.Add(name)) throw new InvalidDataException($"{path} has the entry '{entry.FullName}' twice.");
            bool weights = entry.Name == ModelPayload.WeightsEntry;
            if (!weights && entry.Length > LargestOtherEntry) throw new InvalidDataException($"{path}: the entry '{entry.FullName}' unpacks to {entry.Length} bytes.");
            if (entry.Length > SuspiciousSize && entry.Length / SuspiciousRatio > entry.CompressedLength)
                throw new InvalidDataException($"{path}: the entry '{entry.FullName}' unpacks from {entry.CompressedLength} to {entry.Length} bytes: a deflate bomb.");
        }
    }
}
