using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;

namespace Padam.Reproduce.Tests.Data;

/// <summary>The console has SkiaSharp 3, for its plots, where ML.NET was built with 2: images must load all the same.</summary>
[TestClass]
public sealed class ImageFolderTests
{
    [TestMethod]
    public void Image_files_are_read_resized_and_scored()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("padam-tests-");
        try
        {
            foreach (string name in new[] { "cat", "dog" })
            {
                folder.CreateSubdirectory(name);
                for (int i = 0; i < 4; i++)
                {
                    using MLImage image = MLImage.CreateFromPixels(
                        10,
                        8 + i,
                        MLPixelFormat.Rgba32,
                        [.. Enumerable.Repeat((byte)(name == "cat" ? 20 * i : 255 - (20 * i)), 4 * 10 * (8 + i))]
                    );
                    image.Save(Path.Combine(folder.FullName, name, $"{i}.png"));
                }
            }

            var mlContext = new MLContext(seed: 1);
            IDataView images = mlContext.Padam().LoadImageFolder(folder.FullName);
            var options = new ImageClassificationOptions
            {
                FeatureColumnName = "Image",
                ImageSize = new(8, 8),
                Backbone = Backbone.Parse("vgg-small"),
                Epochs = 3,
                BatchSize = 4,
            };
            using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(images);

            Assert.IsGreaterThan(0.5, mlContext.MulticlassClassification.Evaluate(model.Transform(images)).MicroAccuracy);
            Assert.AreEqual(3, typeof(SkiaSharp.SKBitmap).Assembly.GetName().Version!.Major);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
