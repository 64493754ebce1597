using System.CommandLine;
using Padam.Documentation.Tests;
using Padam.Reproduce.Commands;

namespace Padam.Reproduce.Tests.Commands;

/// <summary>The console's lines in README and docs are lines that it takes.</summary>
[TestClass]
public sealed class DocumentedLinesTests
{
    private const string FromSource = "--project src/Padam.Reproduce",
        Name = "padam-reproduce ";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Each_line_of_the_console_in_README_and_docs_is_understood()
    {
        List<string> faults = [];
        (string Place, string Words)[] lines = [.. Pages.All.SelectMany(CodeBlock.Of).SelectMany(Lines)];
        foreach ((string place, string words) in lines)
        {
            ParseResult parsed = CommandLine.Root().Parse(words);
            faults.AddRange(parsed.Errors.Select(error => $"{place}: {words}: {error.Message}"));
        }

        TestContext.WriteLine($"{lines.Length} lines of the console.");
        Assert.IsEmpty(faults, string.Join(Environment.NewLine, faults));
        Assert.IsGreaterThan(20, lines.Length);
    }

    // What is not shell's: code blocks of no language.
    private static IEnumerable<(string Place, string Words)> Lines(CodeBlock block) =>
        block.Language.Length > 0
            ? []
            : block
                .Text.Split('\n')
                .Select((line, i) => ($"{block.Page}:{block.Line + i}", Words: WordsOf(line)))
                .Where(line => line.Words is not null)
                .Select(line => (line.Item1, line.Words!));

    // Without comments, redirections and pipes. Null for lines of other programs, and for those that the shell fills in or dots leave open.
    private static string? WordsOf(string line)
    {
        string words = line.Split('#', '>', '|')[0].Trim();
        if (words.Contains("...", StringComparison.Ordinal) || words.Contains("$(", StringComparison.Ordinal))
            return null;
        if (words.StartsWith(Name, StringComparison.Ordinal))
            return words[Name.Length..];
        if (words.StartsWith("dotnet run", StringComparison.Ordinal) && words.Split(FromSource, 2) is [_, var rest])
            return rest.Replace(" -- ", " ", StringComparison.Ordinal);
        string first = words.Split(' ')[0];
        return CommandLine.Root().Subcommands.Any(command => command.Name == first) ? words : null;
    }
}
