using Padam.Reproduce.Commands;
using SkiaSharp;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class RateSearchTests
{
    [TestMethod]
    public void What_the_curve_says_is_a_sentence()
    {
        Assert.AreEqual(
            "The loss falls most steeply at --lr 1.0e-2, of 4 steps.",
            RateSearch.Sentence(new([1e-3, 1e-2, 1e-1, 1], [2, 1.8, 1, 3]))
        );
        Assert.AreEqual("The loss does not fall at any rate, of 3 steps.", RateSearch.Sentence(new([1e-3, 1e-2, 1e-1], [2, 2.5, 3])));
        StringAssert.StartsWith(RateSearch.Sentence(new([], [])), "The training diverged at once");
    }

    [TestMethod]
    public async Task A_search_for_the_rate_draws_its_curve_and_trains_nothing()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        string[] search = TinyRun.Words("--find-lr");

        ConsoleResult first = await ConsoleProcess.Run(folder.Path, search);

        Assert.AreEqual(0, first.ExitCode, first.All);
        StringAssert.Contains(first.Output, "--lr");
        string files = Path.Combine(Path.GetDirectoryName(folder[TinyRun.Model])!, "lr_padam_synthetic");
        string[] lines = await File.ReadAllLinesAsync($"{files}.csv");
        Assert.AreEqual("rate;loss", lines[0]);
        StringAssert.StartsWith(lines[1], "1E-06;", StringComparison.Ordinal);
        using (SKBitmap curve = SKBitmap.Decode($"{files}.png"))
            Assert.AreEqual((960, 640), (curve.Width, curve.Height));
        Assert.IsFalse(File.Exists(folder[TinyRun.Model + ".zip"]), "it is no run");

        ConsoleResult second = await ConsoleProcess.Run(folder.Path, search);
        Assert.AreEqual(1, second.ExitCode, second.All);
        StringAssert.Contains(second.Error, "lr_padam_synthetic.csv' exists. Choose another --out, or overwrite it with --force.");
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, [.. search, "--force"])).ExitCode);
    }
}
