using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

// Trains an image classifier on DATA/train/CLASS/*.jpg, measures it on DATA/test/CLASS/*.jpg and saves it as model.zip:
//   dotnet run -c Release [-- DATA [EPOCHS]]
// Classifies pictures with it:
//   dotnet run -c Release -- predict a.jpg b.jpg
var mlContext = new MLContext(seed: 1);

if (args is ["predict", .. var pictures])
{
    Predict(pictures);
    return;
}

string data = args.Length > 0 ? args[0] : "data";
string trainFolder = Path.Combine(data, "train"),
    testFolder = Path.Combine(data, "test");
if (!Directory.Exists(trainFolder) || !Directory.Exists(testFolder))
{
    Console.Error.WriteLine($"'{data}' needs the folders train and test, each with one sub-folder of pictures for each class.");
    Environment.Exit(1);
}

// A network that was trained on ImageNet, whose last stage learns your classes. README.md says what else there is.
ImageClassificationOptions options = FineTune.LastStage("mlnet-resnet18");
if (args.Length > 1)
    options.Epochs = int.Parse(args[1]);
options.MetricsCallback = epoch =>
    Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, {epoch.Accuracy:P1} of the training pictures right");

IDataView train = mlContext.Padam().LoadImageFolder(trainFolder);
using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(train);

IDataView test = mlContext.Padam().LoadImageFolder(testFolder, model.ClassNames);
MulticlassClassificationMetrics metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
Console.WriteLine($"{metrics.MicroAccuracy:P1} of the test pictures are right.");
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

mlContext.Model.Save(model, train.Schema, "model.zip");
Console.WriteLine("The model is in model.zip.");

void Predict(string[] pictures)
{
    ModelFile.Verify("model.zip");
    using var model = ImageClassificationTransformer.Find(mlContext.Model.Load("model.zip", out _));
    IDataView images = mlContext.Padam().LoadImages(pictures, model.FeatureColumnName, model.Preprocessing);
    foreach ((string picture, float[] score) in pictures.Zip(model.Transform(images).GetColumn<float[]>("Score")))
    {
        int best = Array.IndexOf(score, score.Max());
        Console.WriteLine($"{picture}: {model.ClassNames![best]} ({score[best]:P1})");
    }
}
