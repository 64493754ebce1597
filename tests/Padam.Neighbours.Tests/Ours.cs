using System.Security.Cryptography;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.Neighbours.Tests;

/// <summary>A training of this library on two threads, of a network whose convolutions its own kernels compute.</summary>
internal static class Ours
{
    internal static IEnumerable<string> Use()
    {
        var mlContext = new MLContext(seed: 1);
        string openMP = "";
        mlContext.Log += (_, entry) =>
        {
            int at = entry.Message.IndexOf("OpenMP: ", StringComparison.Ordinal);
            if (at >= 0)
                openMP = entry.Message[at..];
        };
        Backbone.Register(
            "two convolutions",
            classes =>
                nn.Sequential(
                    ("conv1", new ConvolutionBatchNorm(3, 16, 3)),
                    ("conv2", new ConvolutionBatchNorm(16, 32, 3)),
                    ("pool", new GlobalAveragePool()),
                    ("dense", new Dense(32, classes))
                )
        );
        using var folder = new TemporaryFolder();
        (IDataView train, IDataView test) = TinyImages.Load(mlContext, folder.Path);
        ImageClassificationOptions options = TinyImages.Options();
        (options.Backbone, options.Threads) = (Backbone.Parse("two convolutions"), 2);
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(train);
        byte[] scores = [.. TinyImages.Scores(mlContext, model, test).SelectMany(row => row).SelectMany(BitConverter.GetBytes)];
        return [$"weights {TinyImages.Hash(model)}", $"scores {Convert.ToHexString(SHA256.HashData(scores))}", openMP];
    }
}
