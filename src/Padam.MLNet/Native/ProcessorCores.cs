namespace Padam.MLNet.Native;

/// <summary>How many cores the machine has: hardware threads of one core share its units for arithmetic.</summary>
internal static class ProcessorCores
{
    private const string Folder = "/sys/devices/system/cpu";

    /// <summary>Cores of all processors; null where the system doesn't tell.</summary>
    public static int? Count => In(Folder);

    /// <summary>The cores in a folder as Linux has it; null where it doesn't say.</summary>
    public static int? In(string folder) => SystemFile.In(folder, Cores);

    private static int? Cores(string folder)
    {
        int cores = Directory
            .EnumerateDirectories(folder, "cpu*")
            .Select(processor => Path.Combine(processor, "topology"))
            .Where(Directory.Exists)
            .Select(topology => (SystemFile.Text(topology, "physical_package_id"), SystemFile.Text(topology, "core_id")))
            .Distinct()
            .Count();
        return cores > 0 ? cores : null;
    }
}
