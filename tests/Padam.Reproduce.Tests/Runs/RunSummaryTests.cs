using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunSummaryTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 1,
    };

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.0)]
    public void What_is_just_possible_is_read(double accuracy)
    {
        using TemporaryFolder folder = new();
        RunSummary summary = FinishedRuns.Write(new RunFiles(folder.Path, "padam", "synthetic"), Settings);
        (summary with { Epochs = 0, Seconds = 0, TestAccuracy = accuracy }).Write(folder["summary.json"]);
        var read = RunSummary.Read(folder["summary.json"]);
        Assert.AreEqual((0, 0, accuracy), (read.Epochs, read.Seconds, read.TestAccuracy));
    }

    [TestMethod]
    public void Settings_as_resolved_are_those_it_keeps_and_of_an_earlier_version_what_its_settings_mean_now()
    {
        using TemporaryFolder folder = new();
        RunSummary summary = FinishedRuns.Write(new RunFiles(folder.Path, "padam", "synthetic"), Settings);

        var kept = new Dictionary<string, string> { ["epochs"] = "1", ["of another time"] = "yes" };
        CollectionAssert.AreEqual(kept, (summary with { Resolved = kept }).ResolvedSettings.ToArray());
        CollectionAssert.AreEqual(
            RunIdentity.Of(Settings).ToDictionary().ToArray(),
            (summary with { Resolved = null }).ResolvedSettings.ToArray()
        );
    }
}
