using SkiaSharp;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class SavedModelTests
{
    [TestMethod]
    public async Task Exported_weights_make_the_same_model_again_without_training()
    {
        using var folder = new TemporaryFolder();
        TinyRun.WriteData(folder);
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1"))).ExitCode);
        ConsoleResult export = await ConsoleProcess.Run(
            folder.Path,
            "export",
            "--model",
            $"{TinyRun.Model}.zip",
            "--format",
            "safetensors",
            "--out",
            "weights.safetensors"
        );
        Assert.AreEqual(0, export.ExitCode, export.All);

        ConsoleResult taken = await ConsoleProcess.Run(
            folder.Path,
            TinyRun.Words("--epochs", "0", "--weights", "weights.safetensors", "--out", "taken")
        );

        Assert.AreEqual(0, taken.ExitCode, taken.All);
        string[] Evaluate(string model) =>
            ["evaluate", "--model", model, "--dataset", "synthetic", "--data", "data", "--threads", "1", "--json"];
        ConsoleResult first = await ConsoleProcess.Run(folder.Path, Evaluate($"{TinyRun.Model}.zip")),
            second = await ConsoleProcess.Run(folder.Path, Evaluate("taken/vgg-small/model_padam_synthetic.zip"));
        Assert.AreEqual(first.Output, second.Output, second.All);
    }

    [TestMethod]
    public async Task Predict_names_classes_evaluate_refuses_other_classes_and_a_damaged_zip_is_said()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        ConsoleResult run = await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1"));
        Assert.AreEqual(0, run.ExitCode, run.All);
        string zip = TinyRun.Model + ".zip";

        using (var bitmap = new SKBitmap(50, 40))
            await File.WriteAllBytesAsync(folder["image.png"], bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray());
        ConsoleResult predict = await ConsoleProcess.Run(folder.Path, "predict", "--model", zip, "image.png");
        Assert.AreEqual(0, predict.ExitCode, predict.All);
        StringAssert.Matches(predict.Output, new("^image.png: [a-z]+ [0-9.]+ ?%, [a-z]+ "));

        ConsoleResult none = await ConsoleProcess.Run(folder.Path, "predict", "--model", zip, "none.png");
        Assert.AreEqual(1, none.ExitCode, none.All);
        StringAssert.Contains(none.Error, "none.png");

        await File.WriteAllTextAsync(
            folder["data", "batches.meta.txt"],
            string.Join('\n', Enumerable.Range(0, 10).Select(i => $"thing{i}")) + "\n"
        );
        ConsoleResult others = await ConsoleProcess.Run(
            folder.Path,
            "evaluate",
            "--model",
            zip,
            "--dataset",
            "synthetic",
            "--data",
            "data"
        );
        Assert.AreEqual(1, others.ExitCode, others.All);
        StringAssert.Contains(others.Error, "thing0");

        byte[] bytes = await File.ReadAllBytesAsync(folder[zip]);
        await File.WriteAllBytesAsync(folder["cut.zip"], bytes[..(bytes.Length / 2)]);
        ConsoleResult cut = await ConsoleProcess.Run(folder.Path, "verify", "--model", "cut.zip");
        Assert.AreEqual(1, cut.ExitCode, cut.All);
        StringAssert.Contains(cut.Error, "cut.zip");
    }
}
