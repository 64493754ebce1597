namespace Padam.Documentation.Tests;

/// <summary>The pages that people read: what stands in the repository's root, and in docs/ itself.</summary>
internal static class Pages
{
    internal static IReadOnlyList<string> All { get; } =
    [.. In(Repository.Root).Concat(In(Path.Combine(Repository.Root, "docs"))).Order(StringComparer.Ordinal)];

    /// <summary>Those, and the pages of the samples.</summary>
    internal static IReadOnlyList<string> WithSamples { get; } =
    [
        .. All,
        .. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "samples"), "README.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The page's path from the repository's root.</summary>
    internal static string NameOf(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');

    private static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(folder, "*.md");
}
