using System.Text.RegularExpressions;

namespace Padam.Reproduce.Reporting;

/// <summary>Text that Markdown shows as it is: a name may hold what would end a cell or begin a link.</summary>
internal static partial class MarkdownText
{
    public static string Escaped(string text) => Special().Replace(LineBreaks().Replace(text, " "), @"\$0");

    /// <summary>A file as the target of a link.</summary>
    public static string Target(string file) =>
        file.StartsWith('#') ? file : string.Join('/', file.Split('/').Select(Uri.EscapeDataString));

    [GeneratedRegex(@"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s*[\r\n\u0085\u2028\u2029]\s*")]
    private static partial Regex LineBreaks();
}
