using System.Net;
using System.Text;
using Padam.Reproduce.Data;
using Padam.Reproduce.Experiments;

namespace Padam.Reproduce.Reporting;

/// <summary>Writes report.md, and report.html with everything in one file, beside the runs they are about.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --line: #d0d0d0; --link: #0b57d0; }
        @media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e4e4e4; --line: #3c4048; --link: #8ab4f8; } img { filter: invert(0.9) hue-rotate(180deg); } }
        body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1.05rem; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; margin: 0.5rem 0 1rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.25rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
        img { display: block; max-width: 100%; height: auto; margin: 0.5rem 0 1rem; } a { color: var(--link); } p { overflow-wrap: anywhere; }
        """;

    /// <summary>Gathers what is finished under <paramref name="output"/>, draws the figures and writes both pages.</summary>
    /// <returns>The experiments on them.</returns>
    public static IReadOnlyList<ExperimentResults> Write(string output)
    {
        List<ExperimentResults> experiments = [.. ExperimentPlan.In(output).Select(plan => ExperimentResults.Gather(plan, output))];
        if (experiments.Count == 0) throw new CommandException($"'{output}' has no experiments. `experiment NAME --out {output}` runs one; `experiment list` has the names.");
        foreach (ExperimentResults results in experiments)
            foreach (ResultGroup group in results.Groups)
                foreach (string kind in results.Plan.Figures)
                    CurveFigure.Write(Path.Combine(output, "figures"), ReportDocument.FigureName(results.Plan, group, kind), group, kind, $"scale {results.Plan.Scale}");

        IReadOnlyList<Block> blocks = ReportDocument.Of(experiments, output);
        AtomicFile.Write(Path.Combine(output, "report.md"), Markdown(blocks));
        AtomicFile.Write(Path.Combine(output, "report.html"), Html(blocks, output));
        return experiments;
    }

    private static string Markdown(IEnumerable<Block> blocks)
    {
        var page = new StringBuilder();
        foreach (Block block in blocks)
        {
            page.Append(block switch
            {
                Heading heading => $"{new string('#', heading.Level)} {heading.Text}\n",
                Paragraph paragraph => paragraph.Text + "\n",
                Picture picture => $"![{picture.Description}]({picture.File})\n",
                Grid grid => $"| {string.Join(" | ", grid.Columns)} |\n|{string.Concat(grid.Columns.Select((_, i) => i == 0 ? " --- |" : " ---: |"))}\n"
                    + string.Concat(grid.Rows.Select(row => $"| {string.Join(" | ", row.Select(cell => cell.Link is null ? cell.Text : $"[{cell.Text}]({cell.Link})"))} |\n")),
                _ => throw new InvalidOperationException($"No Markdown for {block.GetType().Name}."),
            }).Append('\n');
        }

        return page.ToString();
    }

    private static string Html(IReadOnlyList<Block> blocks, string output)
    {
        var page = new StringBuilder($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Text(blocks.OfType<Heading>().First().Text)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        foreach (Block block in blocks)
        {
            page.Append(block switch
            {
                Heading heading => $"<h{heading.Level}>{Text(heading.Text)}</h{heading.Level}>",
                Paragraph paragraph => $"<p>{Text(paragraph.Text)}</p>",
                // As images, since the drawings name their parts alike and would clip each other in one document.
                Picture picture => $"<img alt=\"{Text(picture.Description)}\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(output, picture.File)))}\">",
                Grid grid => $"<div class=\"wide\"><table><thead>{Row(grid.Columns.Select(column => $"<th>{Text(column)}</th>"))}</thead><tbody>\n{string.Join('\n', grid.Rows.Select(row => Row(row.Select(Td))))}\n</tbody></table></div>",
                _ => throw new InvalidOperationException($"No HTML for {block.GetType().Name}."),
            }).Append('\n');
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Row(IEnumerable<string> cells) => $"<tr>{string.Concat(cells)}</tr>";

    private static string Td(Cell cell) => cell.Link is null ? $"<td>{Text(cell.Text)}</td>" : $"<td><a href=\"{Text(cell.Link)}\">{Text(cell.Text)}</a></td>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
