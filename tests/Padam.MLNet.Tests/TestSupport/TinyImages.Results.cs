using System.Security.Cryptography;
using Microsoft.ML;

namespace Padam.MLNet.Tests;

/// <summary>What a model is and says, for tests to compare.</summary>
internal static partial class TinyImages
{
    internal static IReadOnlyList<float[]> Scores(MLContext mlContext, ITransformer model, IDataView data) =>
        [
            .. mlContext
                .Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false, ignoreMissingColumns: true)
                .Select(row => row.Score),
        ];

    /// <summary>What the weights are, to the last bit.</summary>
    internal static string Hash(ImageClassificationTransformer model)
    {
        using var folder = new TemporaryFolder();
        model.SaveWeights(folder["weights.safetensors"], WeightsFormat.Safetensors);
        return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(folder["weights.safetensors"])));
    }

    /// <summary>Trains and returns the hash of the weights.</summary>
    internal static string TrainedHash(MLContext mlContext, ImageClassificationOptions options, IDataView data)
    {
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(data);
        return Hash(model);
    }

    internal static void AreClose(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual, float tolerance)
    {
        Assert.HasCount(expected.Count, actual);
        for (int i = 0; i < expected.Count; i++)
        {
            for (int c = 0; c < expected[i].Length; c++)
                Assert.AreEqual(expected[i][c], actual[i][c], tolerance, $"row {i}, class {c}");
        }
    }

    internal static void AreSame(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        for (int i = 0; i < expected.Count; i++)
            CollectionAssert.AreEqual(expected[i], actual[i], $"row {i}");
    }

    internal sealed class Scored
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
