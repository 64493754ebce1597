using System.Diagnostics;
using Padam.MLNet.Formats;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>A model's network as an ONNX file.</summary>
internal static class OnnxModelFile
{
    /// <param name="shared">The network.</param>
    /// <param name="path">The file. An old one stays until the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="NotSupportedException">A module of the network is not known, or it is too large for a file.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    internal static void Write(SharedNetwork shared, string path) =>
        OnnxWriter.Write(path, Graph(shared), shared.Model.Backbone, OnnxMetadata.Of(shared.Model));

    private static OnnxGraph Graph(SharedNetwork shared)
    {
        using SharedNetwork.Holding held = shared.Hold();
        using var state = TorchState.EnterWithoutGradients();
        nn.Module network = held.Network;
        return shared.Model switch
        {
            ModelDescription classifier => ModelGraph.OfClassifier(classifier, network),
            FeaturizerDescription featurizer => ModelGraph.OfFeaturizer(featurizer, network, ModelGraph.Pixels(featurizer)),
            _ => throw new UnreachableException(),
        };
    }
}
