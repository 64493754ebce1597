using System.Net;
using System.Text;
using Padam.Reproduce.Data;
using Padam.Reproduce.Experiments;

namespace Padam.Reproduce.Reporting;

/// <summary>Writes report.md, and report.html with everything in one file, beside the runs they are about.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1c1e21; --quiet: #61666d; --line: #dfe1e5; --link: #0b57d0; --note: #8a4b00; --note-paper: #fff3e0; --full: #0b6b2e; --full-paper: #e5f5ea; }
        @media (prefers-color-scheme: dark) { :root { --paper: #15171b; --ink: #e3e5e8; --quiet: #9aa1aa; --line: #343941; --link: #8ab4f8; --note: #ffc67a; --note-paper: #3a2b14; --full: #8fdcaa; --full-paper: #16301f; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; } h2 { font-size: 1.35rem; line-height: 1.3; margin: 3.5rem 0 0.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
        h3 { font-size: 1.05rem; margin: 1.75rem 0 0.25rem; } p { max-width: 46rem; margin: 0.5rem 0 1rem; overflow-wrap: anywhere; } .small { font-size: 0.85rem; color: var(--quiet); }
        .note { display: inline-block; padding: 0 0.5rem; border-radius: 0.75rem; background: var(--note-paper); color: var(--note); font-size: 0.8rem; font-weight: 600; line-height: 1.5rem; vertical-align: 0.1em; }
        .note.full { background: var(--full-paper); color: var(--full); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; margin: 0.5rem 0 1rem; font-size: 0.95rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.3rem 0.9rem; text-align: right; border-bottom: 1px solid var(--line); } th { color: var(--quiet); font-weight: 600; font-size: 0.85em; vertical-align: bottom; border-bottom-width: 2px; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
        tr.same td:first-child { color: transparent; } tr:not(:last-child):has(+ .same) td { border-bottom-color: transparent; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin: 1rem 0; } img { display: block; width: 100%; max-width: 34rem; height: auto; }
        summary { cursor: pointer; color: var(--link); margin: 0.5rem 0; } a { color: var(--link); text-underline-offset: 0.15em; }
        @media (max-width: 40rem) { body { padding-top: 1rem; } table { width: 100%; font-size: 0.78rem; } th, td { padding: 0.3rem 0.2rem; } td:first-child { min-width: 4.5rem; } .wide td:nth-child(4) { min-width: 3.4rem; } h1 { font-size: 1.45rem; } h2 { font-size: 1.2rem; } }
        """;

    /// <summary>Gathers what is finished under <paramref name="output"/>, draws the figures and writes both pages.</summary>
    /// <returns>The experiments on them.</returns>
    public static IReadOnlyList<ExperimentResults> Write(string output)
    {
        List<ExperimentResults> experiments = [.. ExperimentPlan.In(output).Select(plan => ExperimentResults.Gather(plan, output))];
        if (experiments.Count == 0)
            throw new CommandException(
                $"'{output}' has no experiments. `experiment NAME --out {output}` runs one; `experiment list` has the names."
            );
        foreach (ExperimentResults results in experiments)
        foreach (ResultGroup group in results.Groups)
        foreach (string kind in results.Plan.Figures)
            CurveFigure.Write(
                Path.Combine(output, "figures"),
                ReportDocument.FigureName(results.Plan, group, kind),
                group,
                kind,
                $"scale {results.Plan.Scale}"
            );

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
            page.Append(
                    block switch
                    {
                        Heading heading => $"{new string('#', heading.Level)} {heading.Full}\n",
                        Paragraph paragraph => paragraph.Text + "\n",
                        Figures figures => string.Concat(figures.Pictures.Select(picture => $"![{picture.Description}]({picture.File})\n")),
                        Grid grid => (grid.Title is null ? "" : $"{grid.Title}:\n\n")
                            + $"| {string.Join(" | ", grid.Columns)} "
                            + $"|\n|{string.Concat(grid.Columns.Select((_, i) => i == 0 ? " --- |" : " ---: |"))}\n"
                            + string.Concat(
                                grid.Rows.Select(row =>
                                    "| "
                                    + $"{string.Join(" | ", row.Select(cell => cell.Link is null ? cell.Text : $"[{cell.Text}]({cell.Link})"))} |\n"
                                )
                            ),
                        _ => throw new InvalidOperationException($"No Markdown for {block.GetType().Name}."),
                    }
                )
                .Append('\n');
        }

        return page.ToString();
    }

    private static string Html(IReadOnlyList<Block> blocks, string output)
    {
        var page = new StringBuilder(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                + "content=\"width=device-width, "
                + $"initial-scale=1\">\n<title>{Text(blocks.OfType<Heading>().First().Text)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n"
        );
        foreach (Block block in blocks)
        {
            page.Append(
                    block switch
                    {
                        Heading heading =>
                            $"<h{heading.Level} id=\"{Text(heading.Anchor)}\">{Text(heading.Text)}{Note(heading)}</h{heading.Level}>",
                        Paragraph paragraph => $"<p{(paragraph.Small ? " class=\"small\"" : "")}>{Text(paragraph.Text)}</p>",
                        Figures figures => "<div "
                            + $"class=\"figures\">\n{string.Join('\n', figures.Pictures.Select(picture => Image(picture, output)))}\n</div>",
                        Grid { Title: { } title } grid => $"<details><summary>{Text(title)}</summary>\n{Table(grid)}\n</details>",
                        Grid grid => Table(grid),
                        _ => throw new InvalidOperationException($"No HTML for {block.GetType().Name}."),
                    }
                )
                .Append('\n');
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Note(Heading heading) =>
        heading.Note is { } note
            ? " <span "
                + $"class=\"note{(note.StartsWith($"scale {Scale.Full.Name}", StringComparison.Ordinal) ? " full" : "")}\">{Text(note)}</span>"
            : "";

    // As images, since the drawings name their parts alike and would clip each other in one document.
    private static string Image(Picture picture, string output) =>
        $"<img alt=\"{Text(picture.Description)}\" "
        + $"src=\"data:image/svg+xml;base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(output, picture.File)))}\">";

    private static string Table(Grid grid)
    {
        // A name that goes on from the row above is there for readers of the source, and out of sight for others.
        IEnumerable<string> rows = grid.Rows.Select(
            (row, i) => $"<tr{(i > 0 && row[0] == grid.Rows[i - 1][0] ? " class=\"same\"" : "")}>{string.Concat(row.Select(Td))}</tr>"
        );
        return "<div "
            + $"class=\"wide\"><table><thead><tr>{string.Concat(grid.Columns.Select(column => $"<th>{Text(column)}</th>"))}</tr></thead><tbody>\n{string.Join('\n', rows)}\n</tbody></table></div>";
    }

    private static string Td(Cell cell) =>
        cell.Link is null ? $"<td>{Text(cell.Text)}</td>" : $"<td><a href=\"{Text(cell.Link)}\">{Text(cell.Text)}</a></td>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
