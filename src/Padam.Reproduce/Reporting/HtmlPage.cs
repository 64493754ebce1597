using System.Net;
using System.Text.RegularExpressions;

namespace Padam.Reproduce.Reporting;

/// <summary>The page as one HTML file that needs no other: style sheet and figures are in it.</summary>
internal static partial class HtmlPage
{
    /// <param name="blocks">What is on it; the first heading is its title.</param>
    /// <param name="folder">Where the figures lie.</param>
    public static string Of(IReadOnlyList<Block> blocks, string folder) =>
        Slot()
            .Replace(
                Resource("report.html"),
                slot =>
                    slot.Groups[1].Value switch
                    {
                        "title" => Text(blocks.OfType<Heading>().First().Text),
                        "style" => Resource("report.css"),
                        "body" => string.Concat(blocks.Select(block => Html(block, folder) + "\n")),
                        var name => throw new InvalidOperationException($"report.html has a slot for {name}, which nothing fills."),
                    }
            );

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Slot();

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string Html(Block block, string folder) =>
        block switch
        {
            Heading heading => $"<h{heading.Level} id=\"{Text(heading.Anchor)}\">{Text(heading.Text)}{Note(heading)}</h{heading.Level}>",
            Paragraph { Small: true } paragraph => $"<p class=\"small\">{Text(paragraph.Text)}</p>",
            Paragraph paragraph => $"<p>{Text(paragraph.Text)}</p>",
            Figures figures => $"<div class=\"figures\">\n{Lines(figures.Pictures.Select(picture => Image(picture, folder)))}\n</div>",
            Grid { Title: { } title } grid => $"<details><summary>{Text(title)}</summary>\n{Table(grid)}\n</details>",
            Grid grid => Table(grid),
            _ => throw new InvalidOperationException($"No HTML for {block.GetType().Name}."),
        };

    private static string Note(Heading heading)
    {
        if (heading.Note is not { } note)
            return "";
        string full = note.StartsWith("scale full", StringComparison.Ordinal) ? " full" : "";
        return $" <span class=\"note{full}\">{Text(note)}</span>";
    }

    // As images, since the drawings name their parts alike and would clip each other in one document.
    private static string Image(Picture picture, string folder)
    {
        string svg = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, picture.File)));
        return $"<img alt=\"{Text(picture.Description)}\" src=\"data:image/svg+xml;base64,{svg}\">";
    }

    private static string Table(Grid grid)
    {
        string head = string.Concat(grid.Columns.Select(column => $"<th>{Text(column)}</th>")),
            body = Lines(grid.Rows.Select((row, i) => Row(row, above: i > 0 ? grid.Rows[i - 1] : null)));
        return $"<div class=\"wide\"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>";
    }

    // A name that goes on from the row above is there for readers of the source, and out of sight for others.
    private static string Row(IReadOnlyList<Cell> row, IReadOnlyList<Cell>? above) =>
        $"<tr{(row[0] == above?[0] ? " class=\"same\"" : "")}>{string.Concat(row.Select(Td))}</tr>";

    private static string Td(Cell cell) =>
        cell.Link is null
            ? $"<td>{Text(cell.Text)}</td>"
            : $"<td><a href=\"{Text(MarkdownText.Target(cell.Link))}\">{Text(cell.Text)}</a></td>";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
