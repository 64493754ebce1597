using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Training;

namespace Padam.Benchmarks.Pieces;

/// <summary>From files to a training set in memory. Time is per image.</summary>
public class Loading
{
    private const int Images = 2000;
    private readonly MLContext _mlContext = new(seed: 1);
    private SyntheticCifar _files = null!;
    private DirectoryInfo _folder = null!;

    [GlobalSetup]
    public void Write()
    {
        _files = new SyntheticCifar(Images, test: 1);
        _folder = Directory.CreateTempSubdirectory("padam-benchmarks-");
        var random = new Random(1);
        byte[] pixels = new byte[32 * 32 * 4];
        for (int i = 0; i < Images; i++)
        {
            random.NextBytes(pixels);
            using var image = MLImage.CreateFromPixels(32, 32, MLPixelFormat.Rgba32, pixels);
            image.Save(Path.Combine(_folder.CreateSubdirectory($"class {i % 10}").FullName, $"{i}.png"));
        }
    }

    [Benchmark(OperationsPerInvoke = Images)]
    public object CifarRecords() => Read(_files.Load(_mlContext, CifarSplit.Train), "Features");

    [Benchmark(OperationsPerInvoke = Images)]
    public object PngFolder() => Read(_mlContext.Padam().LoadImageFolder(_folder.FullName), "Image");

    [GlobalCleanup]
    public void Dispose()
    {
        _files.Dispose();
        _folder.Delete(recursive: true);
    }

    private static TrainingData Read(IDataView view, string column)
    {
        var options = new ImageClassificationOptions { FeatureColumnName = column };
        return TrainingData.Read(TrainingColumns.Of(view, options), options, seed: 1);
    }
}
