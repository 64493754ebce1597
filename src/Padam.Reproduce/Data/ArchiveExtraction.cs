using System.Formats.Tar;
using System.IO.Compression;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>
/// Unpacks a CIFAR archive into a folder. Writes only the files the data set has, under their own names: links, paths that leave the folder
/// and files of another size are refused, anything else in the archive is passed over.
/// </summary>
internal static class ArchiveExtraction
{
    private const long NameFileLimit = 64 * 1024;

    public static void Extract(CifarArchive archive, Stream tarGz, string archivePath, string target, CancellationToken cancel = default)
    {
        try
        {
            using var gzip = new GZipStream(tarGz, CompressionMode.Decompress);
            using var tar = new TarReader(gzip);
            while (tar.GetNextEntry() is { } entry)
            {
                cancel.ThrowIfCancellationRequested();
                if (FileToWrite(archive, entry, archivePath) is not { } name)
                    continue;

                if (File.Exists(Path.Combine(target, name)))
                    throw Refused(archivePath, entry, "it is there twice");
                using var file = new FileStream(Path.Combine(target, name), FileMode.CreateNew, FileAccess.Write);
                entry.DataStream?.CopyTo(file);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new CommandException(
                $"'{archivePath}' is not a whole .tar.gz archive ({e.Message.TrimEnd('.')}). Delete it and download again.",
                e
            );
        }
    }

    private static string? FileToWrite(CifarArchive archive, TarEntry entry, string archivePath)
    {
        if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
            return null;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
        {
            throw Refused(archivePath, entry, $"it is a {entry.EntryType}, and only plain files belong there");
        }

        string[] parts = entry.Name.Split('/', '\\').Where(part => part is not ("" or ".")).ToArray();
        if (entry.Name.StartsWith('/') || parts.Contains("..") || Path.IsPathRooted(entry.Name))
            throw Refused(archivePath, entry, "its path leaves the folder");

        // "./", the folder itself as some archivers name it.
        if (parts.Length == 0)
            return null;
        string name = parts[^1];
        long? length = archive.Files.FirstOrDefault(file => file.Name == name)?.Length;
        if (parts.Length != 2 || parts[0] != archive.Folder || (length is null && !archive.NameFiles.Contains(name)))
        {
            return entry.Length <= NameFileLimit ? null : throw Refused(archivePath, entry, "no such file belongs to the data set");
        }

        if (length is { } expected && entry.Length != expected)
            throw Refused(archivePath, entry, $"it has {entry.Length} bytes instead of {expected}");
        if (length is null && entry.Length > NameFileLimit)
            throw Refused(archivePath, entry, $"it has {entry.Length} bytes, too many for a list of names");
        return name;
    }

    private static CommandException Refused(string archivePath, TarEntry entry, string why) =>
        new(
            $"'{archivePath}' is not the published archive: entry '{entry.Name}' is refused, {why}. Delete the archive and download again."
        );
}
