using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

namespace WebService;

/// <summary>The model that is served: a file; made and trained here where there is none, so that the sample runs by itself.</summary>
internal static class ServedModel
{
    public static ImageClassificationTransformer Open(string path)
    {
        var mlContext = new MLContext(seed: 1);
        if (!File.Exists(path))
            Train(mlContext, path);
        // ML.NET loads the classes that a zip names; this reads it without loading any.
        ModelFile.Verify(path);
        return ImageClassificationTransformer.Find(mlContext.Model.Load(path, out _));
    }

    private static void Train(MLContext mlContext, string path)
    {
        Console.WriteLine($"There is no {path}: a classifier of made pictures is trained for it, for half a minute or so.");
        IDataView pictures = mlContext.Data.LoadFromEnumerable(
            Enumerable.Range(0, 600).Select(number => new Labelled { File = Shapes.Jpeg(number), Class = Shapes.ClassOf(number) }).ToArray()
        );
        var options = new ImageClassificationOptions
        {
            FeatureColumnName = nameof(Labelled.File),
            ImageSize = new(32, 32),
            Backbone = Backbone.Parse("vgg-small"),
            Optimizer = new PadamOptions
            {
                LearningRate = 0.1,
                Partial = 1.0 / 8,
                WeightDecay = 5e-4,
            },
            BatchSize = 32,
            Epochs = 5,
            MetricsCallback = epoch => Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: {epoch.Accuracy:P1} right"),
        };
        var pipeline = mlContext
            .Transforms.Conversion.MapValueToKey("Label", nameof(Labelled.Class))
            .Append(mlContext.Padam().ImageClassifier(options));
        mlContext.Model.Save(pipeline.Fit(pictures).LastTransformer, inputSchema: null, path);
    }

    private sealed class Labelled
    {
        public byte[] File { get; set; } = [];

        public string Class { get; set; } = "";
    }
}
