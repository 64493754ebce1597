using System.IO.Compression;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Fuzz;

/// <summary>What a training of a network of a few hundred weights leaves: model, weights, checkpoint.</summary>
internal static class Trained
{
    private const string CheckpointFile = "checkpoint.zip";

    internal static IEnumerable<byte[]> Model(TemporaryFolder folder) =>
        [
            Of(
                folder,
                (mlContext, model, rows, path) =>
                {
                    mlContext.Model.Save(model, rows.Schema, path);
                    return path;
                }
            ),
        ];

    internal static IEnumerable<byte[]> Weights(TemporaryFolder folder) =>
        [
            Of(
                folder,
                (_, model, _, path) =>
                {
                    model.SaveWeights(path, WeightsFormat.Safetensors);
                    return path;
                }
            ),
        ];

    internal static IEnumerable<byte[]> Checkpoint(TemporaryFolder folder) =>
        [Of(folder, (_, _, _, _) => folder["checkpoints", CheckpointFile])];

    /// <summary>The JSON of the model, without the line of its hash.</summary>
    internal static IEnumerable<byte[]> Description(TemporaryFolder folder) =>
        [Signed.Text(Entry(Model(folder).Single(), Signed.DescriptionEntry))];

    /// <summary>The JSON of the checkpoint, without the line of its hash.</summary>
    internal static IEnumerable<byte[]> Position(TemporaryFolder folder) =>
        [Signed.Text(Entry(Checkpoint(folder).Single(), Signed.PositionEntry))];

    private static byte[] Of(TemporaryFolder folder, Func<MLContext, ImageClassificationTransformer, IDataView, string, string> file)
    {
        var mlContext = new MLContext(seed: 1);
        (IDataView train, _) = TinyImages.Load(mlContext, folder["data"], train: 32, test: 1);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.CheckpointFolder = folder["checkpoints"];
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(train);
        return File.ReadAllBytes(file(mlContext, model, train, folder["file"]));
    }

    private static byte[] Entry(byte[] zip, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        using Stream stream = archive.Entries.Single(entry => entry.Name == name).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
