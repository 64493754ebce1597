namespace Padam.Reproduce.Reporting;

/// <summary>The page as Markdown, with links to the files beside it.</summary>
internal static class MarkdownPage
{
    public static string Of(IEnumerable<Block> blocks) => string.Concat(blocks.Select(block => Text(block) + "\n"));

    private static string Text(Block block) =>
        block switch
        {
            Heading heading => $"{new string('#', heading.Level)} {heading.Full}\n",
            Paragraph paragraph => $"{paragraph.Text}\n",
            Figures figures => string.Concat(figures.Pictures.Select(picture => $"![{picture.Description}]({picture.File})\n")),
            Grid grid => Table(grid),
            _ => throw new InvalidOperationException($"No Markdown for {block.GetType().Name}."),
        };

    private static string Table(Grid grid)
    {
        string title = grid.Title is null ? "" : $"{grid.Title}:\n\n",
            alignments = string.Concat(grid.Columns.Select((_, i) => i == 0 ? " --- |" : " ---: |"));
        return $"{title}{Row(grid.Columns)}|{alignments}\n{string.Concat(grid.Rows.Select(row => Row(row.Select(Linked))))}";
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    private static string Linked(Cell cell) => cell.Link is null ? cell.Text : $"[{cell.Text}]({cell.Link})";
}
