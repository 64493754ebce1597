namespace Padam.Reproduce.Data;

/// <summary>
/// Compares a folder with the data set as published: every record file's length and SHA-256, and that the class names are there.
/// </summary>
internal static class DataSetVerification
{
    /// <summary>What is wrong with <paramref name="folder"/>, one line a file; empty where it is the published set.</summary>
    public static IReadOnlyList<string> Faults(CifarArchive archive, string folder, CancellationToken cancel = default) =>
        [
            .. archive
                .NameFiles.Select(name => Path.Combine(folder, name))
                .Where(path => !File.Exists(path))
                .Select(path => $"{path}: missing"),
            .. archive.Files.Select(file => Fault(file, Path.Combine(folder, file.Name), cancel)).OfType<string>(),
        ];

    private static string? Fault(CifarFile file, string path, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Directory.Exists(path))
            return $"{path}: a folder";
        if (!File.Exists(path))
            return $"{path}: missing";
        // Not FileInfo's length, which is that of a link's text.
        using (FileStream stream = File.OpenRead(path))
            if (stream.Length != file.Length)
                return $"{path}: {stream.Length} bytes, the published file has {file.Length}";

        string sum = FileIdentity.Of(path).Sha256;
        return sum == file.Sha256 ? null : $"{path}: SHA-256 {sum}, the published file has {file.Sha256}";
    }
}
