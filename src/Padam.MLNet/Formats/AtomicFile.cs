namespace Padam.MLNet.Formats;

/// <summary>Writes a file beside its target and renames it: a killed process leaves the old file or the new one.</summary>
internal static class AtomicFile
{
    /// <param name="path">The target, or a link to it, which stays; its folder is made if need be.</param>
    /// <param name="write">Writes the content; when it throws, the target stays as it was.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        if (new FileInfo(path) is { LinkTarget: not null } link)
            path = link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
