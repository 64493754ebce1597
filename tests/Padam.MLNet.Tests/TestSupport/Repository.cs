namespace Padam.MLNet.Tests;

/// <summary>The clone that these tests were built from.</summary>
internal static class Repository
{
    internal static string Root { get; } = Above(AppContext.BaseDirectory);

    /// <summary>As they were built: Release or Debug.</summary>
    internal static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "Padam.sln"))
            ? folder
            : Above(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No Padam.sln above the tests."));
}
