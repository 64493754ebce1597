using System.Globalization;
using Padam.MLNet.Native;

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

    /// <summary>The size of the second-level cache in a folder as Linux has it; null where it doesn't say, or not in KiB.</summary>
    public static long? ReadLevel2(string folder) => SystemFile.In(folder, SizeOfLevel2);

    private static long? SizeOfLevel2(string folder)
    {
        foreach (string cache in Directory.EnumerateDirectories(folder, "index*"))
        {
            if (
                SystemFile.Text(cache, "level") == "2"
                && SystemFile.Text(cache, "size") is [.. var number, 'K']
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes)
            )
                return kibibytes << 10;
        }

        return null;
    }
}
