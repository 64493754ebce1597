using System.Text;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class FinishedRunTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 4,
    };

    private static RunFiles Files(TemporaryFolder folder) => new(folder.Path, "padam", "synthetic");

    private static string Refused(RunFiles files) => Assert.ThrowsExactly<CommandException>(() => FinishedRun.Read(files)).Message;

    [TestMethod]
    public void Summary_and_log_are_read_back()
    {
        using TemporaryFolder folder = new();
        RunSummary summary = FinishedRuns.Write(Files(folder), Settings);
        FinishedRun read = FinishedRun.Read(Files(folder))!;
        Assert.HasCount(4, read.Log);
        Assert.AreEqual(summary.Log, read.Summary.Log);
        Assert.AreEqual(Settings.Id(), read.Summary.Settings.Id());
    }

    [TestMethod]
    public void A_folder_without_a_summary_has_no_finished_run()
    {
        using TemporaryFolder folder = new();
        FinishedRuns.Write(Files(folder), Settings);
        File.Delete(Files(folder).Summary);
        Assert.IsNull(FinishedRun.Read(Files(folder)));
    }

    [TestMethod]
    public void A_log_of_another_length_or_content_is_not_the_one_that_the_summary_was_written_with()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Files(folder);
        FinishedRuns.Write(files, Settings);
        byte[] whole = File.ReadAllBytes(files.Log);

        File.WriteAllBytes(files.Log, whole[..(whole.Length / 2)]);
        StringAssert.Contains(Refused(files), $"{whole.Length / 2} bytes instead of {whole.Length}");

        byte[] changed = [.. whole];
        // A digit, so that it is still a log.
        changed[Array.LastIndexOf(changed, (byte)'9')] ^= 1;
        File.WriteAllBytes(files.Log, changed);
        StringAssert.Contains(Refused(files), files.Log);
        StringAssert.Contains(Refused(files), "it has other content.");

        File.WriteAllBytes(files.Log, whole);
        Assert.IsNotNull(FinishedRun.Read(files));
    }

    [TestMethod]
    [DataRow("", DisplayName = "empty")]
    [DataRow("null", DisplayName = "null")]
    [DataRow("{", DisplayName = "cut")]
    [DataRow("[]", DisplayName = "a list")]
    [DataRow("{\"Id\":\"x\"}", DisplayName = "without its settings")]
    [DataRow("\0\0\0", DisplayName = "zeros, as a file system leaves them")]
    public void A_summary_that_is_none_is_named(string content)
    {
        using TemporaryFolder folder = new();
        RunFiles files = Files(folder);
        FinishedRuns.Write(files, Settings);
        File.WriteAllText(files.Summary, content);

        string message = Refused(files);
        StringAssert.Contains(message, $"'{files.Summary}' is not the summary of a run");
        StringAssert.Contains(message, "Remove it");
    }

    [TestMethod]
    [DataRow("\"Epochs\": 4", "\"Epochs\": -4", "its epochs are -4")]
    [DataRow("\"TestAccuracy\": 0.9", "\"TestAccuracy\": null", "neither a test accuracy nor a divergence")]
    [DataRow("\"TestAccuracy\": 0.9", "\"TestAccuracy\": 90", "its test accuracy is 90")]
    [DataRow("\"TestAccuracy\": 0.9", "\"TestAccuracy\": -0.9", "its test accuracy is -0.9")]
    [DataRow("\"Seconds\": 7", "\"Seconds\": -7", "its seconds are -7")]
    [DataRow("\"Recipe\": \"authors\"", "\"Recipe\": null", "")]
    public void A_summary_that_says_what_cannot_be_is_named(string was, string becomes, string said)
    {
        using TemporaryFolder folder = new();
        RunFiles files = Files(folder);
        FinishedRuns.Write(files, Settings);
        string text = File.ReadAllText(files.Summary);
        StringAssert.Contains(text, was);
        File.WriteAllText(files.Summary, text.Replace(was, becomes, StringComparison.Ordinal));

        string message = Refused(files);
        StringAssert.Contains(message, files.Summary);
        StringAssert.Contains(message, said);
    }

    [TestMethod]
    public void A_byte_order_mark_before_a_summary_does_no_harm_and_a_folder_in_its_place_is_said()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Files(folder);
        FinishedRuns.Write(files, Settings);
        File.WriteAllText(files.Summary, File.ReadAllText(files.Summary), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.IsNotNull(FinishedRun.Read(files));

        File.Delete(files.Summary);
        Directory.CreateDirectory(files.Summary);
        StringAssert.Contains(Refused(files), files.Summary);
    }

    [TestMethod]
    public void A_log_that_is_gone_or_a_folder_is_said()
    {
        using TemporaryFolder folder = new();
        RunFiles files = Files(folder);
        FinishedRuns.Write(files, Settings);
        File.Delete(files.Log);
        StringAssert.Contains(Refused(files), files.Log);
        Directory.CreateDirectory(files.Log);
        StringAssert.Contains(Refused(files), files.Log);
    }
}
