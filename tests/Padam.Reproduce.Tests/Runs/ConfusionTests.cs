using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class ConfusionTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 1,
    };
    private static readonly Confusion Counted = new()
    {
        Classes = ["cat", "dog", "none"],
        Counts =
        [
            [7, 3, 0],
            [5, 15, 0],
            [0, 0, 0],
        ],
    };

    [TestMethod]
    public void A_class_is_wrong_as_often_as_it_is_taken_for_another_and_one_without_images_not_at_all() =>
        CollectionAssert.AreEqual(new double?[] { 0.3, 0.25, null }, Enumerable.Range(0, 3).Select(Counted.ErrorOf).ToArray());

    [TestMethod]
    public void The_most_frequent_mistake_comes_first() =>
        CollectionAssert.AreEqual(new[] { (1, 0, 5L), (0, 1, 3L) }, Counted.Mistakes.ToArray());

    [TestMethod]
    public void A_summary_keeps_them_a_row_a_line()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, Counted);
        StringAssert.Contains(File.ReadAllText(path).ReplaceLineEndings("\n"), "[7, 3, 0],\n");
        Confusion read = RunSummary.Read(path).Confusion!;
        CollectionAssert.AreEqual(Counted.Classes.ToArray(), read.Classes.ToArray());
        CollectionAssert.AreEqual(Counted.Counts.SelectMany(row => row).ToArray(), read.Counts.SelectMany(row => row).ToArray());
    }

    [TestMethod]
    [DataRow("[7, 3, 0]", "[7, 3]", "not a square")]
    [DataRow("[7, 3, 0],", "", "not a square")]
    [DataRow("[7, 3, 0]", "null", "is null")]
    [DataRow("[7, 3, 0]", "7", "is not the summary")]
    public void Counts_that_are_no_square_are_refused(string was, string becomes, string said)
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, Counted),
            text = File.ReadAllText(path);
        StringAssert.Contains(text, was);
        File.WriteAllText(path, text.Replace(was, becomes, StringComparison.Ordinal));
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => RunSummary.Read(path)).Message, said);
    }

    private static string Written(TemporaryFolder folder, Confusion confusion)
    {
        var files = new RunFiles(folder.Path, "padam", "synthetic");
        (FinishedRuns.Write(files, Settings) with { Confusion = confusion }).Write(files.Summary);
        return files.Summary;
    }
}
