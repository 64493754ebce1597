namespace Padam.MLNet.Native;

/// <summary>The small files in which Linux tells of the machine.</summary>
internal static class SystemFile
{
    /// <summary>Reads of a folder what is asked; null where there is no such folder, or nothing that may be read.</summary>
    public static T? In<T>(string folder, Func<string, T?> read)
        where T : struct
    {
        try
        {
            return Directory.Exists(folder) ? read(folder) : null;
        }
        // A container may hide it.
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a file says.</summary>
    public static string Text(string folder, string file) => File.ReadAllText(Path.Combine(folder, file)).Trim();
}
