using System.Text.RegularExpressions;

namespace Padam.MLNet.Tests;

/// <summary>A README as a package's page shows it.</summary>
internal static partial class PackageReadme
{
    /// <summary>Where its links lead, those in code left out.</summary>
    public static IEnumerable<string> Links(string markdown) =>
        Link().Matches(Code().Replace(markdown, "")).Select(link => link.Groups[1].Value);

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();
}
