using Microsoft.ML;
using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// Small data in CIFAR-10's format and a network of a few hundred weights, so that whole trainings take a fraction of a second.
/// </summary>
internal static partial class TinyImages
{
    internal const int Side = 32,
        Bytes = 3 * Side * Side;

    internal static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Of the network: weight and bias of a convolution, a normalisation and a linear layer.</summary>
    internal const int Parameters = 6;

    internal static Backbone Backbone { get; } = Register();

    /// <summary>Writes a CIFAR-10 folder: class k is a bright stripe at the height of k, with noise.</summary>
    internal static string Write(string folder, int train = 200, int test = 100, int classes = 10)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "batches.meta.txt"), Names);
        File.WriteAllBytes(Path.Combine(folder, "data_batch_1.bin"), Records(train, classes, seed: 1));
        File.WriteAllBytes(Path.Combine(folder, "test_batch.bin"), Records(test, classes, seed: 2));
        return folder;
    }

    internal static byte[] Records(int count, int classes, int seed)
    {
        var random = new Random(seed);
        byte[] records = new byte[count * (1 + Bytes)];
        for (int i = 0; i < count; i++)
        {
            Span<byte> record = records.AsSpan(i * (1 + Bytes), 1 + Bytes);
            random.NextBytes(record);
            foreach (ref byte value in record)
                value /= 2;
            int label = i % classes;
            record[0] = (byte)label;
            for (int channel = 0; channel < 3; channel++)
                record.Slice(1 + (channel * Side * Side) + (label * 3 * Side), 3 * Side).Fill(250);
        }

        return records;
    }

    internal static (IDataView Train, IDataView Test) Load(MLContext mlContext, string folder, int train = 200, int test = 100)
    {
        Write(folder, train, test);
        return (mlContext.Padam().LoadCifar10(folder, CifarSplit.Train), mlContext.Padam().LoadCifar10(folder, CifarSplit.Test));
    }

    internal static ImageClassificationOptions Options(int epochs = 2, int seed = 7) =>
        new()
        {
            Backbone = Backbone,
            Optimizer = new MLNet.Optimizers.AdamOptions { LearningRate = 0.01 },
            Epochs = epochs,
            BatchSize = 32,
            Seed = seed,
            InferenceBatchSize = 16,
        };

    private static Backbone Register()
    {
        Backbone.Register(
            "tiny",
            classes =>
                nn.Sequential(
                    ("pool1", nn.AvgPool2d(2)),
                    ("conv", nn.Conv2d(3, 8, 3, padding: 1)),
                    ("norm", new MLNet.Layers.BatchNorm(8)),
                    ("relu", nn.ReLU()),
                    ("pool2", nn.AdaptiveAvgPool2d([8, 1])),
                    ("flat", nn.Flatten()),
                    ("linear", nn.Linear(64, classes))
                )
        );
        return Backbone.Parse("tiny");
    }
}
