using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Tests.Data;

/// <summary>Files that the user named to write.</summary>
[TestClass]
public sealed class OutputFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void Write() => File.WriteAllText(_folder["mine.png"], "mine");

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_file_that_is_there_is_written_with_force_alone()
    {
        string file = _folder["mine.png"];
        Assert.AreEqual($"'{file}' exists. Choose another --out, or overwrite it with --force.", Refused(file, force: false));
        OutputFile.Require(file, "--out", force: true);
        Assert.AreEqual("mine", File.ReadAllText(file));
    }

    [TestMethod]
    public void A_folder_is_no_file_even_with_force()
    {
        Directory.CreateDirectory(_folder["there"]);
        foreach (bool force in new[] { false, true })
            Assert.AreEqual($"'{_folder["there"]}' is a folder. Choose another --out.", Refused(_folder["there"], force));
    }

    [TestMethod]
    public void The_folder_is_made_or_the_file_refused()
    {
        OutputFile.Require(_folder["new", "picture.png"], "--out", force: false);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["new"]));
        StringAssert.StartsWith(
            Refused(_folder["mine.png", "picture.png"], force: true),
            $"The output folder '{_folder["mine.png"]}' cannot be written: "
        );
    }

    [TestMethod]
    public void Of_the_ending_capitals_do_not_matter()
    {
        OutputFile.RequireEnding("A.PNG", "--out", ".png");
        Assert.AreEqual(
            "--out 'a.jpg' must end in .png.",
            Assert.ThrowsExactly<UsageException>(() => OutputFile.RequireEnding("a.jpg", "--out", ".png")).Message
        );
    }

    [TestMethod]
    public async Task Export_refuses_a_folder_that_cannot_be_written_before_it_reads_the_model()
    {
        string[] words = "export --model none.zip --format onnx --out mine.png/model.onnx".Split(' ');
        ConsoleResult result = await ConsoleProcess.Run(_folder.Path, words);
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "cannot be written");
        StringAssert.Contains(result.Error, "Choose another --out.");
    }

    private static string Refused(string file, bool force) =>
        Assert.ThrowsExactly<CommandException>(() => OutputFile.Require(file, "--out", force)).Message;
}
