using System.Text;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Data;
using Padam.MLNet.Persistence;
using Padam.MLNet.Tests;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;
using SkiaSharp;
using TorchSharp;

namespace Padam.Fuzz;

/// <summary>Every reader of files: data, weights, models, and what the console keeps.</summary>
internal static class Readers
{
    internal static IReadOnlyList<Reader> All { get; } =
    [
        new("cifar-records", _ => [TinyImages.Records(2, classes: 2, seed: 1)], folder => Cifar(folder, "data_batch_1.bin")),
        new(
            "cifar-names",
            _ => [Encoding.UTF8.GetBytes(string.Join('\n', TinyImages.Names) + '\n')],
            folder => Cifar(folder, "batches.meta.txt")
        ),
        new("safetensors", Trained.Weights, _ => Safetensor),
        new("model-zip", Trained.Model, Model),
        new("model-description", Trained.Description, Signed.Model),
        new("checkpoint", Trained.Checkpoint, Checkpoint),
        new("checkpoint-position", Trained.Position, Signed.Checkpoint),
        new("csv-log", _ => [Log], folder => ByPath(folder, path => TrainingLog.Read(path))),
        new(
            "experiment-json",
            _ => [File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "experiment.json"))],
            folder => ByPath(folder, path => ExperimentFile.Read(path))
        ),
        new("image-header", _ => Pictures, folder => ByPath(folder, Header)),
        new("onnx-weights", OnnxSeeds.All, OnnxSeeds.Read),
    ];

    internal static string Names => string.Join(", ", All.Select(reader => reader.Name));

    private static byte[] Log =>
        """
        epoch;acc;loss;top_k_categorical_accuracy;val_acc;val_loss;val_top_k_categorical_accuracy;lr;partial
        0;0.5;1.25;0.9;0.25;2;0.75;0.1;0.125
        1;0.75;1;1;0.5;1.5;0.8;0.01;

        """u8.ToArray();

    private static IEnumerable<byte[]> Pictures =>
        new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp }.Select(format =>
        {
            using var bitmap = new SKBitmap(4, 3);
            bitmap.Erase(SKColors.Teal);
            using SKData data = bitmap.Encode(format, 90);
            return data.ToArray();
        });

    /// <summary>A reader of a path, given bytes.</summary>
    internal static Action<byte[]> ByPath(TemporaryFolder folder, Action<string> read)
    {
        string path = folder["input"];
        return bytes =>
        {
            File.WriteAllBytes(path, bytes);
            read(path);
        };
    }

    internal static Action<byte[]> Model(TemporaryFolder folder)
    {
        string registered = TinyImages.Backbone.Name;
        return ByPath(
            folder,
            path =>
            {
                try
                {
                    ModelFile.Verify(path);
                }
                // A network that is registered nowhere: documented, and said of the only one that is registered here it would be wrong.
                catch (InvalidOperationException fault)
                    when (fault.Message.Contains("is not registered", StringComparison.Ordinal)
                        && !fault.Message.Contains($"\"{registered}\"", StringComparison.Ordinal)
                    )
                {
                    throw new InvalidDataException(fault.Message, fault);
                }
            }
        );
    }

    internal static Action<byte[]> Checkpoint(TemporaryFolder folder) => ByPath(folder, path => MLNet.Training.Checkpoint.Read(path));

    private static Action<byte[]> Cifar(TemporaryFolder folder, string file)
    {
        string data = TinyImages.Write(folder["cifar"], train: 2, test: 1);
        var mlContext = new MLContext(seed: 1);
        return bytes =>
        {
            File.WriteAllBytes(Path.Combine(data, file), bytes);
            using DataViewRowCursor rows = mlContext.Padam().LoadCifar10(data, CifarSplit.Train).GetRowCursor([]);
            while (rows.MoveNext()) { }
        };
    }

    private static void Safetensor(byte[] bytes)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Safetensors.Read(new MemoryStream(bytes), "weights");
    }

    /// <summary>What is asked of a picture before it is decoded; and its pixels, where its header says that they are few.</summary>
    private static void Header(string path)
    {
        ImageFile.IsImage(path);
        const long few = 64 * 64 * 4 * 3;
        if (ImageFile.BytesToDecode(path) is > 0 and <= few)
            ImageFile.Decode(path, upright: true);
    }
}
