using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Data;
using Padam.Reproduce.Runs;

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
    public void A_warm_up_that_is_asked_for_takes_the_place_of_the_ways_own_and_betas_are_taken()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["w.safetensors"], []);
        RunSettings Settings(double? warmup) =>
            new()
            {
                DataSet = "folder",
                Backbone = "imagenet-resnet18",
                Recipe = "authors",
                FineTune = "last-stage",
                Weights = folder["w.safetensors"],
                Optimizer = new OptimizerSettings(FineTuning.Optimizer) { Beta1 = 0.8 },
                Epochs = 4,
                BatchSize = 8,
                Tricks = new() { Warmup = warmup },
            };
        Assert.AreEqual(Schedule.Cosine().WithWarmup(0.5), FineTuning.Of(Settings(null)).Schedule);
        Assert.AreEqual(Schedule.Cosine().WithWarmup(2), FineTuning.Of(Settings(2)).Schedule);
        Assert.AreEqual(Schedule.Cosine(), FineTuning.Of(Settings(0)).Schedule);
        Assert.AreEqual(0.8, ((AdamWOptions)FineTuning.Of(Settings(null)).Optimizer).Beta1);
    }

    [TestMethod]
    public void Numbers_that_are_asked_for_are_taken_and_the_ways_own_stay_elsewhere()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["w.safetensors"], []);
        RunSettings settings = new()
        {
            DataSet = "folder",
            Backbone = "imagenet-resnet18",
            Recipe = "authors",
            FineTune = "all",
            Weights = folder["w.safetensors"],
            Optimizer = new OptimizerSettings(FineTuning.Optimizer),
            Epochs = 4,
            BatchSize = 9,
            Seed = 5,
        };
        var proposed = (AdamWOptions)FineTuning.Proposed("all", settings.Backbone, settings.Weights).Optimizer;
        Assert.AreEqual(proposed, FineTuning.Of(settings).Optimizer);

        ImageClassificationOptions options = FineTuning.Of(
            settings with
            {
                Optimizer = settings.Optimizer with { LearningRate = 0.25, WeightDecay = 0.5, Beta1 = 0.75, Beta2 = 0.875 },
            }
        );
        var asked = (AdamWOptions)options.Optimizer;
        Assert.AreEqual((0.25, 0.5, 0.75, 0.875), (asked.LearningRate, asked.WeightDecay, asked.Beta1, asked.Beta2));
        Assert.AreEqual((4, 9, 5), (options.Epochs, options.BatchSize, options.Seed));
        Assert.AreEqual(ImageSource.FeatureColumn("folder"), options.FeatureColumnName);
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
