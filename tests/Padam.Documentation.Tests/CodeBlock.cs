namespace Padam.Documentation.Tests;

/// <summary>A fenced block of code in a page.</summary>
/// <param name="Page">The page, from the repository's root.</param>
/// <param name="Line">The line of its first line of code, from 1.</param>
/// <param name="Language">What stands behind the fence, such as csharp; empty for nothing.</param>
/// <param name="Text">The code.</param>
/// <param name="Marks">
/// What a comment on the line before the fence, or what comes after the language, says of it, between semicolons: <c>run</c>,
/// <c>continues</c>, <c>given: model, photographs</c>. (Package pages would show comments of the README.)
/// </param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Text, IReadOnlyList<string> Marks)
{
    private const string Fence = "```",
        CommentStart = "<!--",
        CommentEnd = "-->";

    internal bool IsMarked(string mark) => Marks.Contains(mark);

    /// <summary>The names behind "given:".</summary>
    internal IEnumerable<string> Given =>
        Marks
            .Where(mark => mark.StartsWith("given:", StringComparison.Ordinal))
            .SelectMany(mark => mark["given:".Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>All blocks of a page, in order.</summary>
    internal static IEnumerable<CodeBlock> Of(string file)
    {
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            string opening = lines[i].TrimStart();
            if (!opening.StartsWith(Fence, StringComparison.Ordinal))
                continue;
            int indent = lines[i].Length - opening.Length,
                first = i + 1,
                end = Array.FindIndex(lines, first, line => line.Trim() == Fence);
            string[] code = [.. lines[first..end].Select(line => line.Length > indent ? line[indent..] : line.TrimStart())];
            string[] words = opening[Fence.Length..].Trim().Split(' ', 2);
            yield return new(
                Pages.NameOf(file),
                first + 1,
                words[0],
                string.Join('\n', code),
                [.. MarksIn(words.Length > 1 ? words[1] : ""), .. MarksIn(CommentIn(i == 0 ? "" : lines[i - 1].Trim()))]
            );
            i = end;
        }
    }

    private static string[] MarksIn(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string CommentIn(string line) =>
        line.StartsWith(CommentStart, StringComparison.Ordinal) && line.EndsWith(CommentEnd, StringComparison.Ordinal)
            ? line[CommentStart.Length..^CommentEnd.Length]
            : "";
}
