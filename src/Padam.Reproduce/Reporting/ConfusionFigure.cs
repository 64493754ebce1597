using System.Globalization;
using System.Text;
using Padam.MLNet.Formats;
using Padam.Reproduce.Runs;
using static System.FormattableString;
using static System.Net.WebUtility;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// A confusion matrix as an SVG, which a browser shrinks and draws on light and dark pages. A cell is as dark as the root of its share of
/// the row, since mistakes are few; many classes have neither names nor numbers.
/// </summary>
internal static class ConfusionFigure
{
    private const int MostWithNumbers = 20,
        Cell = 36,
        Side = 400,
        Letter = 7,
        LongestName = 14,
        TitleHeight = 24,
        Margin = 8,
        Shades = 10,
        // From this shade on a number is light on dark.
        DarkShade = 8,
        MistakesNamed = 3;

    private const string Style =
        "text { font: 12px system-ui, sans-serif; fill: #1c1e21; } .cell { fill: #0b57d0; } .frame { fill: none; stroke: #61666d; } "
        + ".on { fill: #fff; } @media (prefers-color-scheme: dark) { text { fill: #e3e5e8; } .cell { fill: #8ab4f8; } "
        + ".frame { stroke: #9aa1aa; } .on { fill: #15171b; } }";

    /// <summary>Writes FOLDER/NAME.svg.</summary>
    public static void Write(string folder, string name, string title, Confusion confusion)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, name + ".svg"), stream => stream.Write(Encoding.UTF8.GetBytes(Svg(title, confusion))));
    }

    /// <summary>What is to be seen, for those who don't see it.</summary>
    public static string Description(string series, Confusion confusion)
    {
        long all = confusion.Counts.Sum(row => row.Sum()),
            wrong = confusion.Mistakes.Sum(mistake => mistake.Images);
        string[] most =
        [
            .. confusion
                .Mistakes.Take(MistakesNamed)
                .Select(cell => $"{confusion.Classes[cell.Actual]} for {confusion.Classes[cell.Predicted]} ({cell.Images})"),
        ];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Confusion matrix of {series}: {wrong:N0} of {all:N0} test images were taken for another class"
                + $"{(most.Length > 0 ? $", most often {string.Join(", ", most)}" : "")}"
        );
    }

    private static string Svg(string title, Confusion confusion)
    {
        int classes = confusion.Classes.Count;
        bool withNumbers = classes <= MostWithNumbers;
        int cell = withNumbers ? Cell : Math.Max(1, Side / classes),
            names = withNumbers ? Margin + Letter * Math.Min(LongestName, confusion.Classes.Max(name => name.Length)) : Margin,
            left = names,
            top = TitleHeight + names,
            width = left + classes * cell + Margin,
            height = top + classes * cell + Margin;
        var svg = new StringBuilder();
        svg.AppendLine(
            Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">")
        );
        svg.AppendLine($"<style>{Style}</style>");
        svg.AppendLine(Invariant($"<text x=\"{left}\" y=\"16\">{Text(title)}</text>"));
        for (int shade = 1; shade <= Shades; shade++)
            svg.Append(Squares(confusion, shade, left, top, cell));
        if (withNumbers)
            svg.Append(Names(confusion.Classes, left, top)).Append(Numbers(confusion, left, top));
        svg.AppendLine(
            Invariant($"<rect class=\"frame\" x=\"{left}\" y=\"{top}\" width=\"{classes * cell}\" height=\"{classes * cell}\"/>")
        );
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The cells of one shade, as one path: a hundred classes have ten thousand cells.</summary>
    private static string Squares(Confusion confusion, int shade, int left, int top, int cell)
    {
        string squares = string.Concat(
            from row in confusion.Counts.Index()
            from column in row.Item.Index()
            where Shade(column.Item, row.Item.Sum()) == shade
            select Invariant($"M{left + column.Index * cell} {top + row.Index * cell}h{cell}v{cell}h-{cell}z")
        );
        return squares.Length == 0 ? "" : Invariant($"<path class=\"cell\" fill-opacity=\"{(double)shade / Shades}\" d=\"{squares}\"/>\n");
    }

    private static string Names(IReadOnlyList<string> classes, int left, int top) =>
        string.Concat(
            classes.Select(
                (name, i) =>
                {
                    int middle = i * Cell + Cell / 2;
                    string text = Text(name.Length > LongestName ? $"{name[..(LongestName - 1)]}…" : name);
                    return Invariant($"<text text-anchor=\"end\" x=\"{left - 5}\" y=\"{top + middle + 4}\">{text}</text>\n")
                        + Invariant($"<text transform=\"translate({left + middle + 4} {top - 5}) rotate(-90)\">{text}</text>\n");
                }
            )
        );

    private static string Numbers(Confusion confusion, int left, int top) =>
        string.Concat(
            from row in confusion.Counts.Index()
            from column in row.Item.Index()
            where column.Item > 0
            let style = Shade(column.Item, row.Item.Sum()) >= DarkShade ? " class=\"on\"" : ""
            select Invariant($"<text{style} text-anchor=\"middle\" x=\"{left + column.Index * Cell + Cell / 2}\" ")
                + Invariant($"y=\"{top + row.Index * Cell + Cell / 2 + 4}\">{column.Item}</text>\n")
        );

    private static int Shade(long count, long row) => count == 0 ? 0 : (int)Math.Ceiling(Shades * Math.Sqrt((double)count / row));

    // A name may hold what no XML does.
    private static string Text(string name) => HtmlEncode(string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)));
}
