namespace Padam.MLNet.Native;

/// <summary>Where this process may run, as Linux tells it.</summary>
internal static class ProcessorAffinity
{
    /// <summary>What tells the running machine from all others, also where containers have names of their own.</summary>
    public static string Machine => Line("/proc/sys/kernel/random", "boot_id", "") ?? Environment.MachineName;

    /// <summary>The processors that this process may run on, such as 0-3; "" where the system doesn't tell.</summary>
    public static string Processors => Line("/proc/self", "status", "Cpus_allowed_list:") ?? "";

    /// <summary>What a line of a file has after the field that it begins with; null where there is none, or no file.</summary>
    internal static string? Line(string folder, string file, string field) =>
        File.Exists(Path.Combine(folder, file))
            ? SystemFile
                .Text(folder, file)
                .Split('\n')
                .FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))
                ?[field.Length..].Trim()
            : null;
}
