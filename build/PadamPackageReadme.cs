using System.IO;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

// Writes the README as it stands in a package: a link to a file of the repository becomes one to its address there, or, where
// that is not known, the words that were linked. Pictures likewise: their address, or what they show in words. What is code
// stays as it is.
public sealed class PadamPackageReadme : Task
{
    // A block of code, a span of code, or a link in the line.
    private static readonly Regex CodeOrLink = new Regex(
        @"^```.*?^```|`[^`\n]+`(?!\])|(?<picture>!)?\[(?<text>[^\[\]]+)\]\((?<target>[^()\s]+)\)",
        RegexOptions.Multiline | RegexOptions.Singleline
    );

    [Required]
    public string Source { get; set; }

    [Required]
    public string Target { get; set; }

    // Begins the addresses of the repository's files and ends with a slash; empty where it is not known.
    public string Files { get; set; }

    public override bool Execute()
    {
        string readme = CodeOrLink.Replace(File.ReadAllText(Source), Rewritten);
        Directory.CreateDirectory(Path.GetDirectoryName(Target));
        // A tool's packages are packed at the same time, and all have this file.
        if (!File.Exists(Target) || File.ReadAllText(Target) != readme)
            File.WriteAllText(Target, readme);
        return true;
    }

    private string Rewritten(Match match)
    {
        string text = match.Groups["text"].Value,
            target = match.Groups["target"].Value;
        if (text.Length == 0 || Regex.IsMatch(target, "^[a-z]+:|^#"))
            return match.Value;
        if (string.IsNullOrEmpty(Files))
            return text;
        string picture = match.Groups["picture"].Value;
        return picture + "[" + text + "](" + (picture.Length > 0 ? Files.Replace("/blob/", "/raw/") : Files) + target + ")";
    }
}
