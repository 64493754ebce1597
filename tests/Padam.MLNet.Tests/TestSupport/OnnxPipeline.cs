using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Padam.MLNet.Tests;

/// <summary>ONNX files run one after the other by ONNX Runtime, an implementation that shares nothing with ours.</summary>
internal sealed class OnnxPipeline(params string[] files) : IDisposable
{
    private readonly InferenceSession[] _sessions = [.. files.Select(file => new InferenceSession(file))];

    /// <summary>The last file's output for one image [3, side, side], red first, white 255.</summary>
    internal float[] Run(float[] chw, int side)
    {
        var tensor = new DenseTensor<float>(chw, [1, 3, side, side]);
        foreach (InferenceSession session in _sessions)
        {
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputMetadata.Keys.First(), tensor)]);
            tensor = results.Single().AsTensor<float>().ToDenseTensor();
        }

        return tensor.ToArray();
    }

    public void Dispose()
    {
        foreach (InferenceSession session in _sessions)
            session.Dispose();
    }
}
