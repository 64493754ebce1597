using System.Globalization;

namespace Padam.MLNet.Kernels;

/// <summary>
/// What a core's caches hold, for the sizes of the kernels' blocks. These decide when a number is computed, never how: results have the
/// same bits at any size.
/// </summary>
internal static class Caches
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    // Where the system doesn't tell.
    private const long UsualLevel2 = 1 << 20;

    /// <summary>Bytes of the second-level cache. A test may say another.</summary>
    public static long Level2 { get; set; } = ReadLevel2(Folder) ?? UsualLevel2;

    /// <summary>The size of the second-level cache in a folder as Linux has it; null where it doesn't say.</summary>
    public static long? ReadLevel2(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return null;
            foreach (string cache in Directory.EnumerateDirectories(folder, "index*"))
            {
                if (Read(cache, "level") == "2" && Read(cache, "size") is [.. var number, 'K'] && IsNumber(number, out long kibibytes))
                    return kibibytes << 10;
            }

            return null;
        }
        // A container may hide it, and every size does.
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Read(string cache, string file) => File.ReadAllText(Path.Combine(cache, file)).Trim();
}
