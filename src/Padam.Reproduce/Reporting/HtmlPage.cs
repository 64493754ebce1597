using System.Text;
using System.Text.RegularExpressions;
using static System.Net.WebUtility;

namespace Padam.Reproduce.Reporting;

/// <summary>The page as one HTML file that needs no other: style sheet and figures are in it.</summary>
internal static partial class HtmlPage
{
    /// <summary>Begins what may be wider than a phone; what scrolls is reached by the keyboard too.</summary>
    public const string Wide = "<div class=\"wide\" tabindex=\"0\">";

    /// <param name="blocks">What is on it; the first heading is its title.</param>
    /// <param name="folder">Where the figures lie; "" where none is a file.</param>
    public static string Of(IReadOnlyList<Block> blocks, string folder = "") =>
        Slot()
            .Replace(
                Resource("report.html"),
                slot =>
                    slot.Groups[1].Value switch
                    {
                        "title" => HtmlEncode(blocks.OfType<Heading>().First().Text),
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
            Heading heading =>
                $"<h{heading.Level} id=\"{HtmlEncode(heading.Anchor)}\">{HtmlEncode(heading.Text)}{Note(heading)}</h{heading.Level}>",
            Paragraph { Small: true } paragraph => $"<p class=\"small\">{HtmlEncode(paragraph.Text)}</p>",
            Paragraph paragraph => $"<p>{HtmlEncode(paragraph.Text)}</p>",
            Figures figures => $"<div class=\"figures\">\n{Lines(figures.Pictures.Select(picture => Image(picture, folder)))}\n</div>",
            Grid { Title: { } title } grid => $"<details><summary>{HtmlEncode(title)}</summary>\n{Table(grid)}\n</details>",
            Grid grid => Table(grid),
            Gallery gallery => $"<div class=\"gallery\">\n{Lines(gallery.Photographs.Select(Figure))}\n</div>",
            Drawing drawing => Image("svg+xml", Encoding.UTF8.GetBytes(drawing.Svg), drawing.Description),
            Matrix matrix => MatrixTable.Of(matrix),
            CommandLineText line => $"<pre tabindex=\"0\"><code>{HtmlEncode(line.Text)}</code></pre>",
            _ => throw new InvalidOperationException($"No HTML for {block.GetType().Name}."),
        };

    private static string Note(Heading heading)
    {
        if (heading.Note is not { } note)
            return "";
        string full = note.StartsWith("scale full", StringComparison.Ordinal) ? " full" : "";
        return $" <span class=\"note{full}\">{HtmlEncode(note)}</span>";
    }

    private static string Image(Picture picture, string folder) =>
        Image("svg+xml", File.ReadAllBytes(Path.Combine(folder, picture.File)), picture.Description);

    // Drawings are images too, since they name their parts alike and would clip each other in one document.
    private static string Image(string type, byte[] bytes, string description) =>
        $"<img alt=\"{HtmlEncode(description)}\" src=\"data:image/{type};base64,{Convert.ToBase64String(bytes)}\">";

    private static string Figure(Photograph photograph) =>
        $"<figure>{Image("png", photograph.Png, photograph.Description)}<figcaption>{HtmlEncode(photograph.Caption)}</figcaption></figure>";

    private static string Table(Grid grid)
    {
        string head = string.Concat(grid.Columns.Select(column => $"<th scope=\"col\">{HtmlEncode(column)}</th>")),
            body = Lines(grid.Rows.Select((row, i) => Row(row, above: i > 0 ? grid.Rows[i - 1] : null)));
        return $"{Wide}<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>";
    }

    // A name that goes on from the row above is there for readers of the source, and out of sight for others.
    private static string Row(IReadOnlyList<Cell> row, IReadOnlyList<Cell>? above) =>
        $"<tr{(row[0] == above?[0] ? " class=\"same\"" : "")}><th scope=\"row\"><span>{Html(row[0])}</span></th>"
        + $"{string.Concat(row.Skip(1).Select(cell => $"<td>{Html(cell)}</td>"))}</tr>";

    private static string Html(Cell cell) =>
        cell.Link is null
            ? HtmlEncode(cell.Text)
            : $"<a href=\"{HtmlEncode(MarkdownText.Target(cell.Link))}\"{(cell.IsDownload ? " download" : "")}>{HtmlEncode(cell.Text)}</a>";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
