using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
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
    public async Task A_network_is_exported_as_ONNX()
    {
        using var folder = new TemporaryFolder();
        TinyRun.WriteData(folder);
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1"))).ExitCode);
        string[] words = ["export", "--model", $"{TinyRun.Model}.zip", "--format", "onnx", "--out", "model.onnx"];

        ConsoleResult export = await ConsoleProcess.Run(folder.Path, words),
            again = await ConsoleProcess.Run(folder.Path, words);

        Assert.AreEqual(0, export.ExitCode, export.All);
        StringAssert.Contains(export.Output, "model.onnx: the network, for images of 32x32, of vgg-small, 10 classes.");
        var model = Onnx.ModelProto.Parser.ParseFrom(await File.ReadAllBytesAsync(folder["model.onnx"]));
        CollectionAssert.AreEqual(new[] { "Score", "PredictedLabel" }, model.Graph.Output.Select(output => output.Name).ToArray());
        Assert.AreEqual(1, again.ExitCode, again.All);
        StringAssert.Contains(again.Error, "'model.onnx' exists");
    }

    [TestMethod]
    public async Task Predict_and_evaluate_see_the_same_pixels_of_pictures_that_are_not_square()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 6, 4), ("dog", 6, 4), ("eel", 6, 0));
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
            "2",
            "--batch-size",
            "6",
            "--threads",
            "1"
        );
        Assert.AreEqual(0, run.ExitCode, run.All);
        const string zip = "runs/vgg-small/model_adam_folder.zip";

        // Neither the training pictures nor all classes are needed.
        Directory.Delete(folder["data", "train"], recursive: true);
        Directory.Delete(folder["data", "test", "eel"], recursive: true);
        string[] words = ["evaluate", "--model", zip, "--dataset", "folder", "--data", "data", "--threads", "1"];
        ConsoleResult evaluate = await ConsoleProcess.Run(folder.Path, [.. words, "--json"]);
        Assert.AreEqual(0, evaluate.ExitCode, evaluate.All);
        double accuracy = System.Text.Json.JsonDocument.Parse(evaluate.Output).RootElement.GetProperty("accuracy").GetDouble();

        string[] pictures = [.. new[] { "cat", "dog" }.SelectMany(name => Enumerable.Range(0, 4).Select(i => $"data/test/{name}/{i}.png"))];
        ConsoleResult predict = await ConsoleProcess.Run(folder.Path, ["predict", "--model", zip, .. pictures]);
        Assert.AreEqual(0, predict.ExitCode, predict.All);
        string[] lines = predict.Output.TrimEnd().Split('\n');
        Assert.AreEqual(
            accuracy,
            lines.Count(line => line.Split('/')[2] == line.Split(": ")[1].Split(' ')[0]) / 8.0,
            1e-9,
            $"{evaluate.All}\n{predict.Output}"
        );
        CollectionAssert.AreEqual(await Scores(folder[zip], folder["data", "test"]), lines.Select(line => line.Split(": ")[1]).ToArray());

        ConsoleResult limited = await ConsoleProcess.Run(folder.Path, [.. words, "--test-limit", "2"]);
        StringAssert.Contains(limited.Output, "on 2 images (2 of 8, drawn evenly over 2 classes)");
    }

    /// <summary>What the library scores a folder of pictures with, as predict prints it.</summary>
    private static Task<string[]> Scores(string zip, string pictures) =>
        Task.Run(() =>
        {
            var mlContext = new MLContext();
            using var model = ImageClassificationTransformer.Find(mlContext.Model.Load(zip, out _));
            IDataView rows = mlContext.Padam().LoadImageFolder(pictures, model.ClassNames, model.Preprocessing);
            return model
                .Transform(rows)
                .GetColumn<float[]>("Score")
                .Select(score =>
                    string.Join(
                        ", ",
                        score
                            .Index()
                            .OrderByDescending(one => one.Item)
                            .Select(one => FormattableString.Invariant($"{model.ClassNames![one.Index]} {one.Item:P1}"))
                    )
                )
                .ToArray();
        });

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

        byte[] picture = await File.ReadAllBytesAsync(folder["image.png"]);
        await File.WriteAllBytesAsync(folder["half.png"], picture[..(picture.Length / 2)]);
        await File.WriteAllTextAsync(folder["text.png"], "no picture");
        await File.WriteAllTextAsync(folder["empty.png"], "");
        foreach (string bad in new[] { "half.png", "text.png", "empty.png", "data" })
        {
            ConsoleResult refused = await ConsoleProcess.Run(folder.Path, "predict", "--model", zip, "image.png", bad);
            Assert.AreEqual(1, refused.ExitCode, refused.All);
            StringAssert.Contains(refused.Error, bad);
            Assert.HasCount(1, refused.Error.TrimEnd().Split('\n'));
        }

        foreach (string file in Directory.GetFiles(folder["data"], "data_batch_*"))
            File.Delete(file);
        ConsoleResult evaluate = await ConsoleProcess.Run(
            folder.Path,
            "evaluate",
            "--model",
            zip,
            "--dataset",
            "synthetic",
            "--data",
            "data"
        );
        Assert.AreEqual(0, evaluate.ExitCode, evaluate.All);

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

    [TestMethod]
    public async Task Predict_explains_beside_each_image_and_overwrites_nothing_unasked()
    {
        using TemporaryFolder folder = new();
        TinyRun.WriteData(folder);
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, TinyRun.Words("--epochs", "1"))).ExitCode);
        Pictures.WriteFolder(folder["pictures"], ("cat", 2, 0));
        string[] images = [.. Directory.GetFiles(folder["pictures"], "*", SearchOption.AllDirectories).Order()];
        string[] predict = ["predict", "--model", $"{TinyRun.Model}.zip", "--explain", .. images];

        ConsoleResult first = await ConsoleProcess.Run(folder.Path, predict);

        Assert.AreEqual(0, first.ExitCode, first.All);
        foreach (string image in images)
        {
            using SKBitmap map = SKBitmap.Decode($"{image}.explained.png");
            Assert.AreEqual((224, 456), (map.Height, map.Width));
        }

        ConsoleResult second = await ConsoleProcess.Run(folder.Path, predict);
        Assert.AreEqual(1, second.ExitCode);
        StringAssert.Contains(second.All, $"'{images[0]}.explained.png' is there already");
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, [.. predict, "--force"])).ExitCode);
        ConsoleResult glob = await ConsoleProcess.Run(folder.Path, [.. predict, $"{images[0]}.explained.png", "--force"]);
        Assert.AreEqual(2, glob.ExitCode, glob.All);
    }
}
