using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.Neighbours.Tests;

/// <summary>Microsoft.ML.OnnxTransformer: a pipeline of ML.NET's written as ONNX and read back.</summary>
internal static class Onnx
{
    internal static IEnumerable<string> Use()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView numbers = Numbers.Load(mlContext);
        var normalizer = mlContext.Transforms.NormalizeMeanVariance(nameof(Numbers.Values)).Fit(numbers);
        using var folder = new TemporaryFolder();
        using (FileStream stream = File.Create(folder["numbers.onnx"]))
            mlContext.Model.ConvertToOnnx(normalizer, numbers, stream, nameof(Numbers.Values));

        var read = mlContext.Transforms.ApplyOnnxModel(["Values.output"], ["Label", "Values"], folder["numbers.onnx"]);
        IDataView scored = read.Fit(numbers).Transform(numbers);
        bool same = normalizer
            .Transform(numbers)
            .GetColumn<float[]>(nameof(Numbers.Values))
            .Zip(scored.GetColumn<float[]>(nameof(Numbers.Values)))
            .All(rows => rows.First.Zip(rows.Second).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5f));
        return [$"same {same}"];
    }
}
