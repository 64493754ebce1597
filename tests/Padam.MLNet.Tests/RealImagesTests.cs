using Microsoft.ML;
using Padam.MLNet.Backbones;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class RealImagesTests
{
    [TestMethod]
    public void A_few_hundred_real_images_teach_vgg_small_more_than_chance()
    {
        if (Environment.GetEnvironmentVariable("PADAM_CIFAR10") is not { Length: > 0 } folder)
        {
            Assert.Inconclusive("PADAM_CIFAR10 does not name a folder with CIFAR-10's binary files.");
            return;
        }

        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.TakeRows(mlContext.Padam().LoadCifar10(folder, CifarSplit.Train), 600);
        IDataView test = mlContext.Data.TakeRows(mlContext.Padam().LoadCifar10(folder, CifarSplit.Test), 500);

        using ImageClassificationTransformer model = mlContext
            .Padam()
            .ImageClassifier(backbone: Backbone.Parse("vgg-small"), epochs: 4, batchSize: 32)
            .Fit(train);

        // Guessing yields 0.1, with a standard deviation of 0.013.
        Assert.IsGreaterThan(0.18, mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
    }
}
