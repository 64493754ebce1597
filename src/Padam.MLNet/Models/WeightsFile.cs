using Padam.MLNet.Formats;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>What loading a weights file did, for the log.</summary>
/// <param name="Loaded">Number of tensors taken from the file.</param>
/// <param name="FreshLayer">
/// Name of the last layer if it kept its fresh weights, because the file is of another number of classes; else null.
/// </param>
/// <param name="FileClasses">That number of classes, or null.</param>
internal sealed record LoadedWeights(int Loaded, string? FreshLayer, long? FileClasses);

/// <summary>A safetensors file as the weights of a network.</summary>
internal static class WeightsFile
{
    private const string DataParallelPrefix = "module.";

    /// <summary>
    /// Loads the file into the network, name by name. Names that all begin with <c>module.</c> (PyTorch's DataParallel) lose it; a missing
    /// <c>num_batches_tracked</c> stays as it is; the last layer keeps its fresh weights if only the number of classes differs.
    /// The whole file is checked before the first weight changes.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or has missing, extra or misshapen tensors; the message names them.
    /// </exception>
    public static LoadedWeights Load(nn.Module network, string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Load(network, stream, path);
    }

    /// <inheritdoc cref="Load(nn.Module, string)"/>
    /// <param name="network">The network.</param>
    /// <param name="stream">The file's bytes, seekable.</param>
    /// <param name="path">The file's name, for messages.</param>
    public static LoadedWeights Load(nn.Module network, Stream stream, string path)
    {
        SafetensorsHeader header = new(stream, stream.Length, path);
        long body = stream.Position;
        Dictionary<string, SafetensorsEntry> file = ByName(header);
        Dictionary<string, Tensor> state = network.state_dict();
        LoadedWeights result = Compare(network, state, file, path);
        using IDisposable _ = no_grad();
        foreach ((string name, SafetensorsEntry entry) in file)
        {
            if (result.FreshLayer is not null && LayerOf(name) == result.FreshLayer)
                continue;
            using DisposeScope scope = NewDisposeScope();
            state[name].copy_(Safetensors.Read(stream, body, entry, path));
        }

        return result;
    }

    /// <summary>Checks a file's header against a network without reading a weight.</summary>
    /// <exception cref="InvalidDataException">Tensors are missing, extra or misshapen; the message names them.</exception>
    public static LoadedWeights Check(nn.Module network, SafetensorsHeader header, string path) =>
        Compare(network, network.state_dict(), ByName(header), path);

    private static Dictionary<string, SafetensorsEntry> ByName(SafetensorsHeader header)
    {
        int cut = header.Entries.All(entry => entry.Name.StartsWith(DataParallelPrefix, StringComparison.Ordinal))
            ? DataParallelPrefix.Length
            : 0;
        return header.Entries.ToDictionary(entry => entry.Name[cut..]);
    }

    private static LoadedWeights Compare(
        nn.Module network,
        Dictionary<string, Tensor> state,
        Dictionary<string, SafetensorsEntry> file,
        string path
    )
    {
        string lastLayer = LayerOf(network.named_parameters().Last().name);
        List<string> faults = [];
        List<SafetensorsEntry> otherClasses = [];
        foreach ((string name, Tensor tensor) in state)
        {
            if (!file.TryGetValue(name, out SafetensorsEntry? entry))
            {
                if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                    faults.Add($"\"{name}\" is missing");
            }
            else if (!entry.Shape.SequenceEqual(tensor.shape))
            {
                bool classesOnly =
                    LayerOf(name) == lastLayer
                    && entry.Shape.Length == tensor.dim()
                    && entry.Shape.Skip(1).SequenceEqual(tensor.shape.Skip(1));
                if (classesOnly)
                    otherClasses.Add(entry);
                else
                    faults.Add($"\"{name}\" has the shape [{string.Join(", ", entry.Shape)}] and not [{string.Join(", ", tensor.shape)}]");
            }
            else if (entry.Type == "I64" && tensor.dtype != ScalarType.Int64)
                faults.Add($"\"{name}\" is I64 and not floating-point");
        }

        faults.AddRange(file.Keys.Where(name => !state.ContainsKey(name)).Select(name => $"\"{name}\" has no place in the network"));
        if (faults.Count > 0)
            throw new InvalidDataException(
                $"{path} does not hold this network's weights: "
                    + $"{string.Join("; ", faults.Take(5))}{(faults.Count > 5 ? $"; and {faults.Count - 5} more" : "")}."
            );
        if (otherClasses.Count == 0)
            return new LoadedWeights(file.Count, null, null);
        return new LoadedWeights(file.Count - file.Keys.Count(name => LayerOf(name) == lastLayer), lastLayer, otherClasses[0].Shape[0]);
    }

    private static string LayerOf(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : "";
}
