using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Padam.MLNet.Tests;

/// <summary>A classifier's ONNX file in ONNX Runtime, an implementation that shares nothing with ours.</summary>
internal sealed class OnnxModel(string path, int threads = 1) : IDisposable
{
    private readonly InferenceSession _session = Open(path, threads);

    internal IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    internal string Input => Signature(_session.InputMetadata);

    internal string Outputs => Signature(_session.OutputMetadata);

    /// <summary>Scores and classes of images of one size, all in one batch.</summary>
    internal (float[][] Scores, long[] Classes) Run<T>(IReadOnlyList<T[]> images, ImageSize size)
        where T : unmanaged
    {
        using var results = Answers(images, size);
        float[] scores = [.. results.Single(result => result.Name == "Score").AsEnumerable<float>()];
        long[] classes = [.. results.Single(result => result.Name == "PredictedLabel").AsEnumerable<long>()];
        return ([.. scores.Chunk(scores.Length / images.Count)], classes);
    }

    /// <summary>A featurizer's vectors.</summary>
    internal float[][] Vectors(IReadOnlyList<float[]> images, ImageSize size)
    {
        using var results = Answers(images, size);
        float[] numbers = [.. results.Single().AsEnumerable<float>()];
        return [.. numbers.Chunk(numbers.Length / images.Count)];
    }

    private IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Answers<T>(IReadOnlyList<T[]> images, ImageSize size)
        where T : unmanaged
    {
        var batch = new DenseTensor<T>(images.SelectMany(image => image).ToArray(), [images.Count, 3, size.Height, size.Width]);
        return _session.Run([NamedOnnxValue.CreateFromTensor("Features", batch)]);
    }

    public void Dispose() => _session.Dispose();

    private static InferenceSession Open(string path, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        return new(path, options);
    }

    private static string Signature(IReadOnlyDictionary<string, NodeMetadata> values) =>
        string.Join("; ", values.Select(value => $"{value.Key} {value.Value.ElementType.Name} [{string.Join(", ", Sides(value.Value))}]"));

    private static IEnumerable<string> Sides(NodeMetadata value) =>
        value.Dimensions.Zip(value.SymbolicDimensions, (side, name) => side < 0 ? name : $"{side}");
}
