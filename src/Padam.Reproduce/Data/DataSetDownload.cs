using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>From the data set's home page to a verified folder: download, unpack beside the target, verify, rename.</summary>
internal static class DataSetDownload
{
    /// <summary>Returns the folder with the .bin files, <c>parent/archive.Folder</c>.</summary>
    public static async Task<string> RunAsync(
        CifarArchive archive,
        Uri home,
        string parent,
        Action<long, long?> progress,
        CancellationToken cancel
    )
    {
        string target = Path.Combine(parent, archive.Folder);
        if (Directory.Exists(target))
        {
            if (DataSetVerification.Faults(archive, target, cancel) is not [var fault, ..])
                return target;
            throw new CommandException(
                $"'{target}' is there already, but is not the published data set ({fault}). Remove it, or choose another --data."
            );
        }

        Directory.CreateDirectory(parent);
        string packed = Path.Combine(parent, archive.FileName);
        if (!File.Exists(packed))
            await new ArchiveDownload(new Uri(home, archive.FileName), packed).RunAsync(progress, cancel);
        Unpack(archive, packed, target, cancel);
        File.Delete(packed);
        return target;
    }

    private static void Unpack(CifarArchive archive, string packed, string target, CancellationToken cancel)
    {
        string unfinished = $"{target}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(unfinished);
        try
        {
            using (FileStream stream = File.OpenRead(packed))
                ArchiveExtraction.Extract(archive, stream, packed, unfinished, cancel);
            if (DataSetVerification.Faults(archive, unfinished, cancel) is [var fault, ..])
            {
                throw new CommandException(
                    $"'{packed}' is not the published archive: {fault.Replace(unfinished, archive.Folder, StringComparison.Ordinal)}. "
                        + "Delete it and download again."
                );
            }

            Directory.Move(unfinished, target);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }
}
