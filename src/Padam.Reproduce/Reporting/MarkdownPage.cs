using static Padam.Reproduce.Reporting.MarkdownText;

namespace Padam.Reproduce.Reporting;

/// <summary>The page as Markdown, with links to the files beside it.</summary>
internal static class MarkdownPage
{
    public static string Of(IEnumerable<Block> blocks) => string.Concat(blocks.Select(block => Text(block) + "\n"));

    private static string Text(Block block) =>
        block switch
        {
            Heading heading => $"{new string('#', heading.Level)} {Escaped(heading.Full)}\n",
            Paragraph paragraph => $"{Escaped(paragraph.Text)}\n",
            Figures figures => string.Concat(
                figures.Pictures.Select(picture => $"![{Escaped(picture.Description)}]({Target(picture.File)})\n")
            ),
            Grid grid => Table(grid),
            CommandLineText line => $"```\n{line.Text}\n```\n",
            _ => throw new InvalidOperationException($"No Markdown for {block.GetType().Name}."),
        };

    private static string Table(Grid grid)
    {
        string title = grid.Title is null ? "" : $"{Escaped(grid.Title)}:\n\n",
            alignments = string.Concat(grid.Columns.Select((_, i) => i == 0 ? " --- |" : " ---: |"));
        string rows = string.Concat(grid.Rows.Select(row => Row(row.Select(Linked))));
        return $"{title}{Row(grid.Columns.Select(Escaped))}|{alignments}\n{rows}";
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    private static string Linked(Cell cell) => cell.Link is null ? Escaped(cell.Text) : $"[{Escaped(cell.Text)}]({Target(cell.Link)})";
}
