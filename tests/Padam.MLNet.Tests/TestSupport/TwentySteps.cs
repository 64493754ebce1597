using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests;

/// <summary>A training of twenty steps, which ranks share.</summary>
internal static class TwentySteps
{
    internal const int Steps = 20,
        BatchSize = 8,
        // The last batch of each epoch is shorter.
        Images = (4 * BatchSize) + 6;

    private const int Epochs = Steps / 5;

    internal static ImageClassificationOptions Options(string backbone, Communicator? ranks, bool synchronized) =>
        new()
        {
            Backbone = Backbone.Parse(backbone),
            // Slow: what steps round otherwise, a quick training carries far apart.
            Optimizer = new SgdOptions { LearningRate = 0.002, Momentum = 0 },
            Epochs = Epochs,
            BatchSize = BatchSize,
            Seed = 5,
            Augmentation = new(CropPadding: 4, Flip: true),
            InferenceBatchSize = 8,
            Threads = 1,
            Distributed = ranks,
            SynchronizedBatchNorm = synchronized,
        };

    internal static IDataView View(MLContext mlContext, int images = Images) => Rows.View(mlContext, Rows.Of(images));
}
