using System.Globalization;
using static System.Net.WebUtility;

namespace Padam.Reproduce.Reporting;

/// <summary>A confusion matrix in HTML: each cell is as dark as its share of the row.</summary>
internal static class MatrixTable
{
    public static string Of(Matrix matrix)
    {
        string head = string.Concat(matrix.Names.Select(name => $"<th scope=\"col\"><span>{HtmlEncode(name)}</span></th>")),
            body = string.Join('\n', matrix.Names.Zip(matrix.Counts, Row));
        return $"{HtmlPage.Wide}<table class=\"matrix\"><caption>{HtmlEncode(matrix.Title)}</caption>"
            + $"<thead><tr><td></td>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>";
    }

    private static string Row(string name, IReadOnlyList<long> counts)
    {
        long all = counts.Sum();
        return $"<tr><th scope=\"row\">{HtmlEncode(name)}</th>{string.Concat(counts.Select(count => Cell(count, all)))}</tr>";
    }

    private static string Cell(long count, long all) =>
        count == 0
            ? "<td class=\"none\">0</td>"
            : string.Create(CultureInfo.InvariantCulture, $"<td style=\"--share: {100.0 * count / all:0}%\">{count}</td>");
}
