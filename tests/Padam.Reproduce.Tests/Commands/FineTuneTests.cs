namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>run --fine-tune</c>: a folder of photographs and a pretrained network.</summary>
[TestClass]
public class FineTuneTests
{
    [TestMethod]
    [DataRow("--fine-tune last-stage --schedule multistep", "--fine-tune has no milestones")]
    [DataRow("--fine-tune all --layer-decay 0.9", "leave --layer-decay out")]
    public async Task What_a_way_brings_itself_is_refused(string words, string said)
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder["w.safetensors"], []);
        ConsoleResult run = await ConsoleProcess.Run(
            folder.Path,
            [.. "run --dataset folder --data photos --backbone imagenet-resnet18 --weights w.safetensors".Split(' '), .. words.Split(' ')]
        );
        Assert.AreEqual(2, run.ExitCode, run.All);
        StringAssert.Contains(run.Error, said);
    }

    [TestMethod]
    public async Task A_folder_of_photographs_is_trained_tested_and_predicted_with_ML_NETs_network()
    {
        using TemporaryFolder folder = new();
        if (Weights() is not { } weights)
        {
            Assert.Inconclusive("ML.NET's package of the pretrained network is not in the NuGet folder.");
            return;
        }

        Pictures.WriteFolder(folder["photos"], ("one", 6, 2), ("two", 6, 2));
        string[] words =
        [
            .. "run --dataset folder --data photos --backbone mlnet-resnet18 --fine-tune last-layer --epochs 3 --threads 1".Split(' '),
            "--weights",
            weights,
        ];
        ConsoleResult run = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, run.ExitCode, run.All);
        StringAssert.Contains(run.Output, "mlnet-resnet18 adamw on folder, fine-tuned: last-layer, 3 epochs, seed 1.");
        StringAssert.Contains(run.Output, "features  16 of 16 images");
        StringAssert.Contains(run.Output, "epoch 3/3");

        ConsoleResult again = await ConsoleProcess.Run(folder.Path, [.. words, "--resume"]);
        StringAssert.Contains(again.Output, "finished before");

        string model = folder["runs", "mlnet-resnet18", "model_adamw_folder.zip"];
        ConsoleResult predict = await ConsoleProcess.Run(
            folder.Path,
            "predict",
            "--model",
            model,
            folder["photos", "test", "one", "0.png"]
        );
        Assert.AreEqual(0, predict.ExitCode, predict.All);
        StringAssert.Matches(predict.Output, new("0.png: (one|two) [0-9.]+ ?%, (one|two) "));
    }

    [TestMethod]
    [DataRow("--dataset folder --backbone mlnet-resnet18", "'--optimizer' is required")]
    [DataRow("--dataset folder --backbone mlnet-resnet18 --fine-tune last-layer --optimizer sgd", "leave --optimizer out")]
    [DataRow("--dataset folder --backbone mlnet-resnet18 --fine-tune last-layer --recipe report", "leave --recipe out")]
    [DataRow("--dataset synthetic --backbone mlnet-resnet18 --fine-tune last-layer", "--dataset folder")]
    [DataRow("--dataset folder --backbone resnet18 --fine-tune last-layer", "resnet18 is no network for photographs")]
    [DataRow("--dataset folder --backbone imagenet-resnet18 --fine-tune last-stage", "Name a file of pretrained weights")]
    [DataRow("--dataset folder --backbone mlnet-resnet18 --fine-tune first-layer", "last-layer")]
    public async Task What_does_not_go_together_is_a_usage_error(string words, string expected)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, ["run", .. words.Split(' ')]);
        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, expected);
    }

    [TestMethod]
    public async Task A_folder_without_the_pretrained_network_is_named_with_the_package()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        string words = "run --dataset folder --data photos --backbone mlnet-resnet18 --fine-tune last-layer --weights empty";
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words.Split(' '));
        Assert.AreEqual(1, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "Microsoft.ML.DnnImageFeaturizer.ResNet18");
    }

    // The package's folder for tools, as NuGet lays it out.
    private static string? Weights()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string folder = Path.Combine(packages, "microsoft.ml.dnnimagefeaturizer.resnet18", "0.23.1");
        return Directory.Exists(folder) ? folder : null;
    }
}
