using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>The weights in an ONNX file.</summary>
internal static class OnnxWeights
{
    /// <summary>
    /// The file's tensors by the network's names: under their own, where the exporter kept them, else by their place in the graph. A
    /// network that takes off a mean image gets it, and what comes after it, in the order red, green, blue.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged, or no network that can be followed.</exception>
    public static IEnumerable<StoredTensor> Read(string path, nn.Module network)
    {
        OnnxFile file = OnnxFile.Read(path);
        HashSet<string> names = [.. network.NamedState().Select(entry => entry.Name)];
        if (file.Tensors.Keys.Any(names.Contains))
            return file.Tensors.Select(entry => StoredTensor.Of(entry.Key, entry.Value));
        var tensors = new Dictionary<string, OnnxTensor>(ResidualGraph.Tensors(file, path));
        if (names.Contains(MeanImage.StateName))
        {
            var before = MeanImageFile.Beside(path);
            tensors[MeanImage.StateName] = before.ToRgb(before.Mean, axis: 0);
            tensors["conv1.weight"] = before.ToRgb(tensors["conv1.weight"], axis: 1);
        }

        return tensors.Select(entry => StoredTensor.Of(entry.Key, entry.Value));
    }
}
