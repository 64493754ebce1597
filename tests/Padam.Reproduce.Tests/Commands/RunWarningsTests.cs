namespace Padam.Reproduce.Tests.Commands;

/// <summary>What the library warns of, and refuses, reaches whoever sits before the console.</summary>
[TestClass]
public sealed class RunWarningsTests
{
    [TestMethod]
    public async Task Files_that_are_no_pictures_of_the_set_are_named_on_stderr()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 4, 2), ("dog", 4, 2));
        Pictures.Write(folder["data", "train", ".ipynb_checkpoints", "0.png"], 1);
        await File.WriteAllTextAsync(folder["data", "train", "cat", "old.heic"], "no picture");

        ConsoleResult run = await ConsoleProcess.Run(
            folder.Path,
            "run",
            "--dataset",
            "folder",
            "--data",
            "data",
            "--backbone",
            "vgg-small",
            "--optimizer",
            "adam",
            "--epochs",
            "1",
            "--batch-size",
            "4",
            "--threads",
            "1"
        );

        Assert.AreEqual(0, run.ExitCode, run.All);
        StringAssert.Contains(run.Error, "Warning: Passed over as left there by tools:");
        StringAssert.Contains(run.Error, ".ipynb_checkpoints");
        StringAssert.Contains(run.Error, "Warning: Files that cannot be decoded as images are left out: 1 .heic");
    }

    [TestMethod]
    public async Task A_last_layer_that_starts_afresh_is_named_on_stderr()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 4, 2), ("dog", 4, 2));
        string[] words = ["--backbone", "vgg-small", "--optimizer", "adam", "--epochs", "1", "--batch-size", "4", "--threads", "1"];
        ConsoleResult two = await ConsoleProcess.Run(folder.Path, ["run", "--dataset", "folder", "--data", "data", .. words]),
            export =
                await ConsoleProcess.Run(
                    folder.Path,
                    "export",
                    "--model",
                    "runs/vgg-small/model_adam_folder.zip",
                    "--format",
                    "safetensors",
                    "--out",
                    "two.safetensors"
                );
        Assert.AreEqual((0, 0), (two.ExitCode, export.ExitCode), two.All + export.All);

        Pictures.WriteFolder(folder["data"], ("cat", 4, 2), ("dog", 4, 2), ("eel", 4, 2));
        ConsoleResult three = await ConsoleProcess.Run(
            folder.Path,
            ["run", "--dataset", "folder", "--data", "data", "--weights", "two.safetensors", "--out", "three", .. words]
        );

        Assert.AreEqual(0, three.ExitCode, three.All);
        StringAssert.Contains(three.Error, "it has 2 classes, this training 3, so the layer");
    }

    [TestMethod]
    public async Task Weights_of_another_kind_are_called_by_their_name()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        await File.WriteAllBytesAsync(folder["torch.pth"], [0x80, 2, .. new byte[60]]);
        await File.WriteAllBytesAsync(folder["keras.h5"], [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10, .. new byte[60]]);

        foreach ((string file, string kind) in new[] { ("torch.pth", "PyTorch"), ("keras.h5", "HDF5") })
        {
            ConsoleResult run = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1", "--weights", file));
            Assert.AreEqual(1, run.ExitCode, run.All);
            StringAssert.Contains(run.Error, file);
            StringAssert.Contains(run.Error, kind);
            Assert.HasCount(1, run.Error.Trim().Split('\n'), run.Error);
        }
    }

    [TestMethod]
    public async Task More_threads_than_a_processor_can_carry_are_refused_when_evaluating_too()
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "evaluate",
            "--model",
            "none.zip",
            "--dataset",
            "synthetic",
            "--threads",
            "100000"
        );
        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "--threads 100000 is too many for this machine");
    }
}
