using System.Text.RegularExpressions;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Tests.Reporting;

/// <summary>The pages in docs/results are what <c>report</c> makes of the plans, logs and summaries beside them.</summary>
[TestClass]
public sealed partial class CommittedPagesTests
{
    /// <summary>The font with which the committed figures were measured: Debian's.</summary>
    private const string CommittedFont = "DejaVu Sans";

    private static readonly string Results = Path.Combine(Repository.Root, "docs", "results");

    public static IEnumerable<object[]> Folders =>
        from folder in Directory.GetDirectories(Results)
        where Directory.Exists(Path.Combine(folder, "experiments"))
        select new object[] { Path.GetFileName(folder) };

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void A_committed_page_is_made_again_from_the_committed_logs_byte_for_byte(string name)
    {
        string committed = Path.Combine(Results, name);
        using TemporaryFolder folder = new();
        foreach (string file in new[] { "experiments", "runs" }.SelectMany(part => FilesIn(Path.Combine(committed, part))))
        {
            string copy = folder[Path.GetRelativePath(committed, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        ReportPage page = ReportPage.Write(folder.Path);

        Assert.IsEmpty(page.SetAside);
        Assert.AreEqual(File.ReadAllText(Path.Combine(committed, "report.md")), File.ReadAllText(folder["report.md"]));
        string before = File.ReadAllText(Path.Combine(committed, "report.html")),
            again = File.ReadAllText(folder["report.html"]);
        // Letters are as wide as the font that this machine has.
        if (BrowserDrawing.Font == CommittedFont)
            Assert.AreEqual(before, again);
        else
            Assert.AreEqual(WithoutFigures(before), WithoutFigures(again));
    }

    // Models and checkpoints that lie beside them are not committed.
    private static IEnumerable<string> FilesIn(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".csv" or ".json" && !file.Contains(".checkpoint", StringComparison.Ordinal));

    private static string WithoutFigures(string html) => FigureData().Replace(html, "");

    [GeneratedRegex("base64,[^\"]*")]
    private static partial Regex FigureData();
}
