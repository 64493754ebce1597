using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SkiaSharp;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>evaluate --report</c>: the page is read as what it says.</summary>
[TestClass]
public sealed partial class EvaluateReportTests
{
    [TestMethod]
    public async Task The_page_has_counts_that_add_up_pictures_and_a_curve_and_needs_no_network()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1"))).ExitCode);
        string[] words = $"evaluate --model {TinyRun.Model}.zip --dataset synthetic --data data --threads 1 --json".Split(' ');
        ConsoleResult without = await ConsoleProcess.Run(folder.Path, words),
            with = await ConsoleProcess.Run(folder.Path, [.. words, "--report", "pages/model.html"]);
        Assert.AreEqual(0, with.ExitCode, with.All);
        Assert.AreEqual(without.Output, with.Output, "the same numbers, with a page and without");
        Assert.HasCount(1, Directory.GetFiles(folder["pages"]), "and nothing unfinished");

        string text = File.ReadAllText(folder["pages", "model.html"]);
        XElement page = Parsed(text);
        JsonElement result = JsonDocument.Parse(with.Output).RootElement;
        long images = result.GetProperty("images").GetInt64(),
            right = (long)Math.Round(result.GetProperty("accuracy").GetDouble() * images);
        Assert.AreEqual(30, images);
        XElement[] tables = [.. page.Descendants("table")];
        Assert.IsTrue(Array.TrueForAll(tables, table => table.Element("thead")!.Descendants("th").Any()), "each has headers");

        long[][] matrix = Numbers(tables.Single(table => (string?)table.Attribute("class") == "matrix"));
        Assert.AreEqual((10, images, right), (matrix.Length, matrix.Sum(row => row.Sum()), matrix.Select((row, i) => row[i]).Sum()));
        string[][] classes = Cells(Headed(tables, "recall"));
        Assert.HasCount(10, classes);
        Assert.AreEqual(images, classes.Sum(row => long.Parse(row[1])));
        Assert.AreEqual(right, classes.Sum(row => long.Parse(row[2])));
        Assert.AreEqual(images, classes.Sum(row => long.Parse(row[4])));
        string[][] calibration = Cells(Headed(tables, "mean confidence"));
        Assert.AreEqual((images, right), (calibration.Sum(row => long.Parse(row[1])), calibration.Sum(row => long.Parse(row[2]))));
        Assert.AreEqual(
            $"{result.GetProperty("accuracy").GetDouble():P2}",
            Cells(Headed(tables, "accuracy")).Single()[0],
            "above all tables stands what the console says"
        );

        XElement[] pictures = [.. page.Descendants("figure")];
        Assert.IsNotEmpty(pictures);
        Assert.HasCount((int)Math.Min(24, images - right), pictures);
        double[] confidences =
        [
            .. pictures.Select(picture => double.Parse(Confidence().Match(picture.Value).Groups[1].Value, CultureInfo.InvariantCulture)),
        ];
        CollectionAssert.AreEqual(confidences.OrderDescending().ToArray(), confidences, "the surest first");
        byte[] records = File.ReadAllBytes(folder["data", "test_batch.bin"]);
        string[] names = File.ReadAllLines(folder["data", "batches.meta.txt"]);
        foreach (XElement picture in pictures)
        {
            using SKBitmap bitmap = SKBitmap.Decode(Data(picture.Element("img")!, "image/png"));
            Assert.AreEqual((224, 456), (bitmap.Height, bitmap.Width));
            Match caption = Caption().Match(picture.Value);
            Assert.IsTrue(caption.Success, picture.Value);
            const int Planes = 3 * 32 * 32;
            byte[] record = records[(int.Parse(caption.Groups[2].Value) * (1 + Planes))..][..(1 + Planes)];
            Assert.AreEqual(names[record[0]], caption.Groups[1].Value, "the class of the row that it names");
            CollectionAssert.AreEqual(record[1..], LeftHalf(bitmap), $"and the pixels: {picture.Value}");
        }

        XElement curve = page.Descendants("img")
            .Single(image => ((string)image.Attribute("src")!).Contains("svg+xml", StringComparison.Ordinal));
        Assert.AreEqual("svg", XDocument.Load(new MemoryStream(Data(curve, "image/svg+xml"))).Root!.Name.LocalName);
        Assert.IsTrue(page.Descendants("img").All(image => ((string?)image.Attribute("alt"))?.Length > 10), "each says what is to be seen");
        Assert.DoesNotContain("http", text.Replace("data:image", "", StringComparison.Ordinal));
        Assert.IsEmpty(page.Descendants().Where(element => element.Name.LocalName is "script" or "link" or "iframe"));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows, IgnoreMessage = "Windows allows no such names of files.")]
    public async Task Names_of_classes_and_of_the_model_are_text_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        const string Name = "<script>alert('7')<",
            Other = "\"&amp; {{body}}";
        Pictures.WriteFolder(folder["photos"], (Name, 4, 3), (Other, 4, 3));
        string[] run =
            "run --dataset folder --data photos --backbone vgg-small --optimizer padam --epochs 1 --batch-size 4 --threads 1".Split(' ');
        ConsoleResult trained = await ConsoleProcess.Run(folder.Path, run);
        Assert.AreEqual(0, trained.ExitCode, trained.All);
        File.Move(folder["runs", "vgg-small", "model_padam_folder.zip"], folder["<b>&.zip"]);

        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            ["evaluate", "--model", "<b>&.zip", .. "--dataset folder --data photos --threads 1 --report page.html".Split(' ')]
        );
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, "Page: page.html");
        XElement page = Parsed(File.ReadAllText(folder["page.html"]));
        Assert.AreEqual("<b>&.zip", page.Descendants("h1").Single().Value);
        Assert.AreEqual("<b>&.zip", page.Descendants("title").Single().Value);
        Assert.IsEmpty(page.Descendants().Where(element => element.Name.LocalName is "script" or "b"));
        string[] names = [.. Cells(Headed(page.Descendants("table"), "recall")).Select(row => row[0])];
        CollectionAssert.AreEquivalent(new[] { Name, Other }, names);
    }

    [TestMethod]
    public async Task A_page_that_is_there_is_overwritten_only_with_force_and_refused_before_anything_is_read()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["page.html"], "mine");
        string[] words = "evaluate --model none.zip --dataset synthetic --data data --report page.html".Split(' ');
        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, words),
            forced = await ConsoleProcess.Run(folder.Path, [.. words, "--force"]),
            other = await ConsoleProcess.Run(folder.Path, [.. words.SkipLast(1), "page.txt"]);

        Assert.AreEqual(1, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "'page.html' exists. Choose another --report, or overwrite it with --force.");
        StringAssert.Contains(forced.Error, "none.zip", "the next that is wrong");
        Assert.AreEqual(2, other.ExitCode, other.All);
        StringAssert.Contains(other.Error, "--report 'page.txt' must end in .html.");
        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder["page.html"]));
    }

    // Each pixel is a square of seven; those of a record are plane by plane.
    private static byte[] LeftHalf(SKBitmap bitmap) =>
        [
            .. new Func<SKColor, byte>[] { pixel => pixel.Red, pixel => pixel.Green, pixel => pixel.Blue }.SelectMany(channel =>
                Enumerable.Range(0, 32 * 32).Select(i => channel(bitmap.GetPixel(7 * (i % 32), 7 * (i / 32))))
            ),
        ];

    // What the page is made of is XML, but for three elements that stay open.
    private static XElement Parsed(string html) =>
        XElement.Parse(OpenElement().Replace(html[(html.IndexOf('\n', StringComparison.Ordinal) + 1)..], "$0</$1>"));

    private static XElement Headed(IEnumerable<XElement> tables, string column) =>
        tables.Single(table => table.Element("thead")!.Descendants("th").Any(head => head.Value == column));

    private static string[][] Cells(XElement table) =>
        [.. table.Element("tbody")!.Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];

    private static long[][] Numbers(XElement table) => [.. Cells(table).Select(row => row.Skip(1).Select(long.Parse).ToArray())];

    private static byte[] Data(XElement image, string type)
    {
        string source = (string)image.Attribute("src")!,
            before = $"data:{type};base64,";
        StringAssert.StartsWith(source, before);
        return Convert.FromBase64String(source[before.Length..]);
    }

    [GeneratedRegex(@"<(meta|img)\b[^>]*>")]
    private static partial Regex OpenElement();

    [GeneratedRegex(@"^(\w+), taken for \w+ with .*; image (\d+)$")]
    private static partial Regex Caption();

    [GeneratedRegex(@"with ([0-9.]+) ?%")]
    private static partial Regex Confidence();
}
