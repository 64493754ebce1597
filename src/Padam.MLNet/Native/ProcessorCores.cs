namespace Padam.MLNet.Native;

/// <summary>How many cores the machine has: hardware threads of one core share its units for arithmetic.</summary>
internal static class ProcessorCores
{
    private const string Folder = "/sys/devices/system/cpu";

    /// <summary>Cores of all processors; null where the system doesn't tell.</summary>
    public static int? Count => In(Folder);

    /// <summary>The cores in a folder as Linux has it; null where it doesn't say.</summary>
    public static int? In(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return null;
            HashSet<string> cores =
            [
                .. Directory
                    .EnumerateDirectories(folder, "cpu*")
                    .Select(processor => Path.Combine(processor, "topology"))
                    .Where(Directory.Exists)
                    .Select(topology => $"{Read(topology, "physical_package_id")} {Read(topology, "core_id")}"),
            ];
            return cores.Count > 0 ? cores.Count : null;
        }
        // A container may hide it.
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Read(string topology, string file) => File.ReadAllText(Path.Combine(topology, file)).Trim();
}
