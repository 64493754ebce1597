using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

// A classifier of your own photographs out of a network that was trained on ImageNet:
//   dotnet run -c Release [-- FOLDER]       FOLDER has one sub-folder of pictures for each class
// Without a folder it makes itself one.
string folder = args.Length > 0 ? args[0] : MadePhotographs("made-photographs", each: 30);

var mlContext = new MLContext(seed: 1);
IDataView photographs = mlContext.Padam().LoadImageFolder(folder);
DataOperationsCatalog.TrainTestData parts = mlContext.Data.TrainTestSplit(photographs, testFraction: 0.25, seed: 1);

// Ordinary options, to be read and changed: the last layer learns your classes, all others stay as they came.
// LastStage and All take longer and reach further where there are more photographs.
ImageClassificationOptions options = FineTune.LastLayer("mlnet-resnet18");
options.MetricsCallback = epoch =>
{
    if (epoch.Epoch % 10 == 0)
        Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, {epoch.Accuracy:P1} of the training set right");
};

using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(parts.TrainSet);
MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(parts.TestSet));
Console.WriteLine($"{metrics.MicroAccuracy:P1} of the test photographs are right.");
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());
mlContext.Model.Save(model, photographs.Schema, "model.zip");

// As another program would: it has model.zip and some files.
ModelFile.Verify("model.zip");
using var loaded = ImageClassificationTransformer.Find(mlContext.Model.Load("model.zip", out _));
string[] files = [.. Directory.GetDirectories(folder).Order().Select(each => Directory.GetFiles(each).Order().First())];
IDataView given = mlContext.Padam().LoadImages(files, loaded.FeatureColumnName, loaded.Preprocessing);
foreach ((string file, float[] score) in files.Zip(loaded.Transform(given).GetColumn<float[]>("Score")))
{
    int best = Array.IndexOf(score, score.Max());
    Console.WriteLine($"{file}: {loaded.ClassNames![best]} ({score[best]:P1})");
}

// Your own are judged by you.
return args.Length > 0 || metrics.MicroAccuracy > 0.7 ? 0 : 1;

static string MadePhotographs(string folder, int each)
{
    for (int number = 0; number < each * Shapes.Classes.Length; number++)
    {
        string path = Path.Combine(folder, Shapes.ClassOf(number), $"{number:000}.jpg");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Shapes.Jpeg(number, width: 200 + (number % 7 * 20), height: 200 + (number % 5 * 20)));
    }

    return folder;
}
