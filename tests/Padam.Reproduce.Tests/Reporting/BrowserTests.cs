using Deque.AxeCore.Commons;
using PuppeteerSharp;

namespace Padam.Reproduce.Tests.Reporting;

/// <summary>
/// The page of a quick experiment in Chromium, on a phone and a desk, light and dark. By Puppeteer, whose package is a fiftieth of
/// Playwright's, which brings a Node.js for each system.
/// </summary>
[TestClass]
public sealed class BrowserTests
{
    private static readonly string[] Chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static TemporaryFolder? s_folder;
    private static IBrowser? s_browser;

    private static string Report => s_folder!["runs", "report.html"];

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Two optimizers with two seeds, of which the first one is trained.</summary>
    [ClassInitialize]
    public static async Task TrainAndStart(TestContext context)
    {
        if (Chromiums.FirstOrDefault(File.Exists) is not { } chromium)
            return;
        s_folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            s_folder["mine.json"],
            """
            {
              "title": "Mine", "dataSets": ["synthetic"], "backbones": ["wrn-10-1"], "epochs": 2, "milestones": [1],
              "figures": ["train-loss", "train-error", "test-error", "top5-error", "learning-rate"],
              "series": [{ "name": "Padam", "optimizer": "padam" }, { "name": "SGD", "optimizer": "sgd" }]
            }
            """
        );
        foreach (string run in new[] { "0", "2" })
        {
            ConsoleResult trained = await ConsoleProcess.Run(
                s_folder.Path,
                ["experiment", "mine.json", "--seeds", "1,2", "--threads", "1", "--alone", "--index", run]
            );
            Assert.AreEqual(0, trained.ExitCode, trained.All);
        }

        ConsoleResult reported = await ConsoleProcess.Run(s_folder.Path, "report");
        Assert.AreEqual(0, reported.ExitCode, reported.All);
        s_browser = await Puppeteer.LaunchAsync(
            new LaunchOptions
            {
                ExecutablePath = chromium,
                Headless = true,
                // Containers and CI run as root, for whom Chromium has no sandbox.
                Args = ["--no-sandbox"],
            }
        );
    }

    [ClassCleanup]
    public static async Task Stop()
    {
        if (s_browser is not null)
            await s_browser.DisposeAsync();
        s_folder?.Dispose();
    }

    [TestMethod]
    [DataRow(390, "light")]
    [DataRow(390, "dark")]
    [DataRow(1440, "light")]
    [DataRow(1440, "dark")]
    public async Task All_figures_are_drawn_nothing_is_fetched_or_too_wide_and_axe_finds_no_fault(int width, string scheme)
    {
        List<string> said = [];
        await using IPage page = await Opened(width, scheme, said);

        string[] undrawn = await page.EvaluateExpressionAsync<string[]>(
            "[...document.images].filter(image => !image.complete || image.naturalWidth === 0 || !image.alt).map(image => image.src)"
        );
        Assert.IsEmpty(undrawn);
        Assert.AreEqual(7, await page.EvaluateExpressionAsync<int>("document.images.length"), "five kinds of curves and two matrices");
        Assert.IsLessThanOrEqualTo(width, await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth"));
        Assert.IsEmpty(said, string.Join(Environment.NewLine, said));
        string[] violations = await Violations(page);
        Assert.IsEmpty(violations, string.Join(Environment.NewLine, violations));
    }

    [TestMethod]
    public async Task Every_link_leads_to_a_heading_of_the_page_or_to_a_file_beside_it()
    {
        await using IPage page = await Opened(1440, "light", []);
        string[] links = await page.EvaluateExpressionAsync<string[]>("[...document.links].map(link => link.href)"),
            anchors = await page.EvaluateExpressionAsync<string[]>("[...document.querySelectorAll('[id]')].map(one => one.id)");

        Uri[] files = [.. links.Select(link => new Uri(link)).Where(link => link.LocalPath != Report)];
        foreach (Uri link in links.Select(link => new Uri(link)).Except(files))
            CollectionAssert.Contains(anchors, Uri.UnescapeDataString(link.Fragment.TrimStart('#')));
        foreach (Uri file in files)
            Assert.IsTrue(File.Exists(file.LocalPath), file.LocalPath);
        string[] logs = [.. files.Select(file => file.LocalPath).Where(file => file.EndsWith(".csv", StringComparison.Ordinal))];
        Assert.HasCount(2, logs);
        foreach (string log in logs)
            StringAssert.StartsWith(await File.ReadAllTextAsync(log, TestContext.CancellationToken), "epoch;acc;loss;");
    }

    private static async Task<IPage> Opened(int width, string scheme, List<string> said)
    {
        if (s_browser is null)
            Assert.Inconclusive($"There is no {Chromiums[0]}: install Debian's package chromium.");
        IPage page = await s_browser!.NewPageAsync();
        page.Console += (_, message) => said.Add($"{message.Message.Type}: {message.Message.Text}");
        page.PageError += (_, error) => said.Add($"error: {error.Message}");
        page.Request += (_, asked) =>
        {
            if (
                !asked.Request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !asked.Request.Url.EndsWith("/report.html", StringComparison.Ordinal)
            )
                said.Add($"fetched: {asked.Request.Url}");
        };
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        await page.GoToAsync(new Uri(Report).AbsoluteUri);
        await page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(folded => folded.open = true)");
        return page;
    }

    /// <summary>What axe-core finds, a line each: rule, what it is, where.</summary>
    private static async Task<string[]> Violations(IPage page)
    {
        await page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());
        return await page.EvaluateExpressionAsync<string[]>(
            "axe.run().then(result => result.violations.flatMap(rule => "
                + "rule.nodes.map(node => `${rule.id}: ${rule.help}: ${node.target} ${node.failureSummary}`)))"
        );
    }
}
