namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class DataCommandTests
{
    [TestMethod]
    public async Task Generate_writes_a_set_once_and_overwrites_it_only_with_force()
    {
        using TemporaryFolder folder = new();
        string[] words = ["data", "generate", "--data", "set", "--train", "20", "--test", "10"];

        ConsoleResult first = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, first.ExitCode, first.All);
        Assert.AreEqual(4 * 3073, new FileInfo(folder["set", "data_batch_5.bin"]).Length);

        ConsoleResult second = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(1, second.ExitCode, second.All);
        StringAssert.Contains(second.Error, "--force");

        ConsoleResult forced = await ConsoleProcess.Run(folder.Path, [.. words, "--force"]);
        Assert.AreEqual(0, forced.ExitCode, forced.All);
    }

    [TestMethod]
    public async Task Verify_names_each_file_that_is_not_the_published_one()
    {
        using TemporaryFolder folder = new();
        await ConsoleProcess.Run(folder.Path, "data", "generate", "--data", "set", "--train", "20", "--test", "10");

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "data", "verify", "--data", "set");
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "data_batch_1.bin: 12292 bytes, the published file has 30730000");
        Assert.AreEqual("", result.Output);
    }

    [TestMethod]
    public async Task Download_takes_the_archive_from_the_base_url_and_refuses_what_is_not_the_published_set()
    {
        using TemporaryFolder folder = new();
        using var server = new LocalServer(context =>
            LocalServer.Send(context, TinyArchive.Pack(("cifar-10-batches-bin/data_batch_1.bin", new byte[9])))
        );

        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "data",
            "download",
            "--dataset",
            "cifar10",
            "--base-url",
            server.Address.ToString()
        );
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "it has 9 bytes instead of 30730000");
        Assert.IsFalse(Directory.Exists(folder["data", "cifar-10-batches-bin"]));
    }

    [TestMethod]
    [DataRow("data verify", "--data")]
    [DataRow("data download --dataset mnist", "mnist")]
    [DataRow("data download --base-url file:///etc", "http or https")]
    [DataRow("data generate --data x --train 0", "--train '0' is not a whole number of 1 or more")]
    [DataRow("nonsense", "nonsense")]
    public async Task Wrong_words_are_a_usage_error(string words, string said)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words.Split(' '));

        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
    }
}
