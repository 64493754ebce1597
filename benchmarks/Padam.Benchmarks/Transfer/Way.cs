using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.Benchmarks.Transfer;

/// <summary>A way from images to a classifier.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Description">In the table.</param>
/// <param name="Train">Trains.</param>
internal sealed record Way(string Name, string Description, Func<MLContext, IDataView, int, ITransformer> Train)
{
    internal static readonly IReadOnlyList<Way> All =
    [
        new("dnn-lbfgs", "ML.NET: DnnFeaturizeImage(ResNet18), LbfgsMaximumEntropy", DnnFeaturizeImage),
        new("featurizer", "ImageFeaturizer(), LbfgsMaximumEntropy", Featurizer),
        new("last-layer", "FineTune.LastLayer(\"mlnet-resnet18\")", Tuned(() => FineTune.LastLayer("mlnet-resnet18"))),
        new("last-stage", "FineTune.LastStage(\"mlnet-resnet18\")", Tuned(() => FineTune.LastStage("mlnet-resnet18"))),
        new("scratch", "from scratch: resnet18 on 32 x 32, 30 epochs", Tuned(Scratch)),
    ];

    internal Result Measure(MLContext mlContext, FewImages images, int seed)
    {
        long start = Stopwatch.GetTimestamp();
        ITransformer model = Train(mlContext, images.Train, seed);
        double training = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(images.Test)).MicroAccuracy;
        double scoring = Stopwatch.GetElapsedTime(start).TotalSeconds;
        (model as IDisposable)?.Dispose();
        return new(accuracy, training, scoring);
    }

    private static TransformerChain<MulticlassPredictionTransformer<MaximumEntropyModelParameters>> DnnFeaturizeImage(
        MLContext mlContext,
        IDataView train,
        int seed
    ) =>
        mlContext
            .Transforms.ExtractPixels("Pixels", "Image")
            .Append(
                mlContext.Transforms.DnnFeaturizeImage(
                    "Features",
                    model => model.ModelSelector.ResNet18(mlContext, model.OutputColumn, model.InputColumn),
                    "Pixels"
                )
            )
            .AppendCacheCheckpoint(mlContext)
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Fit(train);

    private static TransformerChain<MulticlassPredictionTransformer<MaximumEntropyModelParameters>> Featurizer(
        MLContext mlContext,
        IDataView train,
        int seed
    ) =>
        mlContext
            .Padam()
            .ImageFeaturizer()
            .AppendCacheCheckpoint(mlContext)
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Fit(train);

    private static Func<MLContext, IDataView, int, ITransformer> Tuned(Func<ImageClassificationOptions> make) =>
        (mlContext, train, seed) =>
        {
            ImageClassificationOptions options = make();
            options.Seed = seed;
            return mlContext.Padam().ImageClassifier(options).Fit(train);
        };

    private static ImageClassificationOptions Scratch() =>
        new()
        {
            FeatureColumnName = "Image",
            Backbone = Backbone.Parse("resnet18"),
            ImageSize = new(32, 32),
            Augmentation = new(CropPadding: 4, Flip: true),
            Optimizer = new SgdOptions
            {
                LearningRate = 0.05,
                Momentum = 0.9,
                WeightDecay = 5e-4,
            },
            Schedule = Schedule.OneCycle(),
            BatchSize = 32,
            Epochs = 30,
        };
}
