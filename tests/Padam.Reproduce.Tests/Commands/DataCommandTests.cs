using System.Diagnostics;

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
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_file_that_cannot_grow_is_said_in_one_sentence_and_leaves_nothing_behind()
    {
        using TemporaryFolder folder = new();
        // A limit on the size of files, in place of a full disk.
        using Process shell = Process.Start(
            new ProcessStartInfo(
                "bash",
                ["-c", $"trap '' XFSZ; ulimit -f 20; exec '{ConsoleProcess.Executable}' data generate --data set --train 500 --test 100"]
            )
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                // What the runtime maps for its code counts as a file, too.
                Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
            }
        )!;
        ConsoleResult result = await shell.Result();
        Assert.AreEqual(1, result.ExitCode, result.All);
        Assert.HasCount(1, result.Error.TrimEnd().Split('\n'), result.All);
        StringAssert.Contains(result.Error, "too large for the file system");
        Assert.IsEmpty(Directory.GetFiles(folder["set"]));
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
    [DataRow("data generate --data x --seed x", "--seed 'x' is not a whole number")]
    [DataRow("nonsense", "nonsense")]
    public async Task Wrong_words_are_a_usage_error(string words, string said)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words.Split(' '));

        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
    }
}
