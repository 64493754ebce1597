namespace Padam.MLNet.Data;

/// <summary>What to add where a path that someone gave does not exist.</summary>
internal static class MissingPath
{
    /// <summary>A sentence, with a space before it, on what lies there under the same name in another Unicode form; else nothing.</summary>
    internal static string Hint(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent || !Directory.Exists(parent))
            return "";
        string? namesake = Directory
            .EnumerateFileSystemEntries(parent)
            .FirstOrDefault(entry => UnicodeForm.AreSame(Path.GetFileName(entry), Path.GetFileName(full)));
        return namesake is null ? "" : $" What lies there, '{Path.GetFileName(namesake)}', differs from it only in its Unicode form.";
    }
}
