using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

// Trains an image classifier on the pictures that a CSV file lists, measures it on a fifth of them, which it does not train on, and saves
// it as model.zip:
//   dotnet run -c Release [-- CSV [EPOCHS]]
// Classifies pictures with it:
//   dotnet run -c Release -- predict a.jpg b.jpg
var mlContext = new MLContext(seed: 1);

if (args is ["predict", .. var pictures])
{
    Predict(pictures);
    return;
}

string csv = args.Length > 0 ? args[0] : "images.csv";
if (!File.Exists(csv))
{
    Console.Error.WriteLine($"'{csv}' is not there. Its first line is path,class, and each line after it a picture: photos/1.jpg,cat");
    Environment.Exit(1);
}

// Paths are relative to the file.
string folder = Path.GetDirectoryName(Path.GetFullPath(csv))!;
IDataView list = mlContext.Data.LoadFromTextFile<Entry>(csv, separatorChar: ',', hasHeader: true, allowQuoting: true);
IDataView images = mlContext
    .Padam()
    .LoadImages(
        mlContext.Data.CreateEnumerable<Entry>(list, reuseRowObject: false).Select(entry => (Path.Combine(folder, entry.Path), entry.Class))
    );
DataOperationsCatalog.TrainTestData parts = mlContext.Data.TrainTestSplit(images, testFraction: 0.2, seed: 1);

// A network that was trained on ImageNet, whose last stage learns your classes. README.md says what else there is.
ImageClassificationOptions options = FineTune.LastStage("mlnet-resnet18");
if (args.Length > 1)
    options.Epochs = int.Parse(args[1]);
options.MetricsCallback = epoch =>
    Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, {epoch.Accuracy:P1} of the training pictures right");

using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(parts.TrainSet);

MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(parts.TestSet));
Console.WriteLine($"{metrics.MicroAccuracy:P1} of the test pictures are right.");
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

mlContext.Model.Save(model, images.Schema, "model.zip");
Console.WriteLine("The model is in model.zip.");

void Predict(string[] pictures)
{
    ModelFile.Verify("model.zip");
    using var model = ImageClassificationTransformer.Find(mlContext.Model.Load("model.zip", out _));
    IDataView given = mlContext.Padam().LoadImages(pictures, model.FeatureColumnName, model.Preprocessing);
    foreach ((string picture, float[] score) in pictures.Zip(model.Transform(given).GetColumn<float[]>("Score")))
    {
        int best = Array.IndexOf(score, score.Max());
        Console.WriteLine($"{picture}: {model.ClassNames![best]} ({score[best]:P1})");
    }
}

internal sealed class Entry
{
    [LoadColumn(0)]
    public string Path { get; set; } = "";

    [LoadColumn(1)]
    public string Class { get; set; } = "";
}
