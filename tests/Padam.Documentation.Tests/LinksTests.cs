using System.Text;
using System.Text.RegularExpressions;

namespace Padam.Documentation.Tests;

/// <summary>Links from page to page, to pictures and to headings lead somewhere. Addresses on the web are not asked.</summary>
[TestClass]
public sealed partial class LinksTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_link_within_the_repository_leads_to_a_file_and_to_a_heading_of_it()
    {
        List<string> faults = [];
        int links = 0;
        foreach (string page in Pages.WithSamples)
        {
            foreach ((int line, string target) in Links(page))
            {
                links++;
                if (Fault(page, target) is { } fault)
                    faults.Add($"{Pages.NameOf(page)}:{line}: {target}: {fault}");
            }
        }

        TestContext.WriteLine($"{links} links within the repository in {Pages.WithSamples.Count} pages.");
        Assert.IsEmpty(faults, string.Join(Environment.NewLine, faults));
    }

    [TestMethod]
    public void The_table_of_contents_has_every_page_of_docs_once_and_nothing_else()
    {
        string docs = Path.Combine(Repository.Root, "docs");
        string[] listed = [.. Contents().Matches(File.ReadAllText(Path.Combine(docs, "toc.yml"))).Select(match => match.Groups[1].Value)],
            there = [.. Directory.EnumerateFiles(docs, "*.md").Select(file => Path.GetFileName(file)!)];
        CollectionAssert.AreEquivalent(there.Concat(["../CHANGELOG.md", "../samples/README.md"]).ToArray(), listed);
    }

    [TestMethod]
    [DataRow("## One seed, one result", "one-seed-one-result")]
    [DataRow("### What `Find` finds", "what-find-finds")]
    [DataRow("# p = 1/8: why?", "p--18-why")]
    public void Headings_have_the_anchors_that_GitHub_gives_them(string heading, string anchor) => Assert.AreEqual(anchor, Anchor(heading));

    private static IEnumerable<(int Line, string Target)> Links(string page) =>
        Prose(page)
            .SelectMany(line => Link().Matches(line.Text).Select(match => (line.Number, match.Groups[1].Value)))
            .Where(link =>
                !link.Value.Contains("://", StringComparison.Ordinal) && !link.Value.StartsWith("mailto:", StringComparison.Ordinal)
            );

    private static string? Fault(string page, string target)
    {
        string[] parts = target.Split('#', 2);
        string file = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
        if (!File.Exists(file) && !Directory.Exists(file))
            return "there is no such file";
        return
            parts.Length == 2 && !Prose(file).Where(line => line.Text.StartsWith('#')).Select(line => Anchor(line.Text)).Contains(parts[1])
            ? "there is no such heading"
            : null;
    }

    // Lines outside of code, with what is code in them left out where it could be taken for a link.
    private static IEnumerable<(int Number, string Text)> Prose(string page)
    {
        bool isCode = false;
        foreach ((int index, string line) in File.ReadLines(page).Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                yield return (index + 1, line.StartsWith('#') ? line : InlineCode().Replace(line, ""));
        }
    }

    private static string Anchor(string heading)
    {
        var anchor = new StringBuilder();
        foreach (char c in heading.TrimStart('#').Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c) || c is '-' or '_')
                anchor.Append(c);
            else if (c == ' ')
                anchor.Append('-');
        }

        return anchor.ToString();
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"href: (\S+\.md)")]
    private static partial Regex Contents();
}
