using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunSummaryTests
{
    [TestMethod]
    public void Settings_as_resolved_are_those_it_keeps_and_of_an_earlier_version_what_its_settings_mean_now()
    {
        using TemporaryFolder folder = new();
        RunSettings settings = new()
        {
            DataSet = "synthetic",
            Backbone = "vgg-small",
            Optimizer = new OptimizerSettings("padam"),
            Recipe = "authors",
            Epochs = 1,
        };
        RunSummary summary = FinishedRuns.Write(new RunFiles(folder.Path, "padam", "synthetic"), settings);

        var kept = new Dictionary<string, string> { ["epochs"] = "1", ["of another time"] = "yes" };
        CollectionAssert.AreEqual(kept, (summary with { Resolved = kept }).ResolvedSettings.ToArray());
        CollectionAssert.AreEqual(
            RunIdentity.Of(settings).ToDictionary().ToArray(),
            (summary with { Resolved = null }).ResolvedSettings.ToArray()
        );
    }
}
