using System.Globalization;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>What loading a weights file did, for the log.</summary>
/// <param name="Loaded">Number of tensors taken from the file.</param>
/// <param name="FreshLayer">
/// Name of the last layer if it kept its fresh weights, because the file is of another number of classes or ends before it; else null.
/// </param>
/// <param name="FileClasses">That number of classes; null where the file has no last layer.</param>
/// <param name="Prefix">What was taken off every name; empty for nothing.</param>
internal sealed record LoadedWeights(int Loaded, string? FreshLayer = null, long? FileClasses = null, string Prefix = "")
{
    /// <summary>In a sentence.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classes">The classes of the training; null where there is none, and the last layer does not matter.</param>
    public string Describe(string file, int? classes)
    {
        string loaded = $"{Loaded} tensors from '{file}'{(Prefix.Length == 0 ? "" : $", whose names all begin with {Prefix}")}";
        if (FreshLayer is null || classes is null)
            return $"{loaded}.";
        string why = FileClasses is null ? "it has no last layer" : $"it has {FileClasses} classes, this training {classes}";
        return $"{loaded}; {why}, so the layer {FreshLayer} starts afresh.";
    }

    /// <exception cref="InvalidDataException">The last layer was not in the file.</exception>
    public void RequireLastLayer(string file, int classes)
    {
        if (FreshLayer is not null)
            throw new InvalidDataException(
                $"{file}: the weights are of {FileClasses?.ToString(CultureInfo.InvariantCulture) ?? "no"} classes, the description of "
                    + $"{classes}."
            );
    }
}

/// <summary>A safetensors or ONNX file as the weights of a network.</summary>
internal static class WeightsFile
{
    /// <summary>
    /// Loads the file into the network, name by name. What wrapping left before all names alike, such as <c>module.</c> (PyTorch's
    /// DataParallel) or <c>_orig_mod.</c>, is taken off; a missing <c>num_batches_tracked</c> stays as it is; the last layer keeps its
    /// fresh weights if only the number of classes differs, or if the file has none. The whole file is checked before the first weight
    /// changes.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or has missing, extra or misshapen tensors; the message names them.
    /// </exception>
    public static LoadedWeights Load(nn.Module network, string path)
    {
        if (Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
            return Load(network, OnnxWeights.Read(path, network), path);
        using FileStream stream = File.OpenRead(path);
        return Load(network, stream, path);
    }

    /// <summary>As above, from an open safetensors file.</summary>
    /// <param name="network">The network.</param>
    /// <param name="stream">The file's bytes, seekable.</param>
    /// <param name="path">The file's name, for messages.</param>
    public static LoadedWeights Load(nn.Module network, Stream stream, string path) =>
        Load(network, StoredTensor.Of(new SafetensorsHeader(stream, stream.Length, path), stream, path), path);

    /// <summary>Checks a file's header against a network without reading a weight.</summary>
    /// <exception cref="InvalidDataException">Tensors are missing, extra or misshapen; the message names them.</exception>
    public static LoadedWeights Check(nn.Module network, SafetensorsHeader header, string path)
    {
        Dictionary<string, Tensor> state = network.state_dict();
        (Dictionary<string, StoredTensor> file, string prefix) = ByName(StoredTensor.Of(header), state);
        return Compare(network, state, file, path) with { Prefix = prefix };
    }

    /// <summary>A network's state in plain layout without that of its last layer. Dispose the tensors.</summary>
    public static List<(string Name, Tensor Tensor)> BeforeLastLayer(nn.Module network)
    {
        string lastLayer = LastLayer(network);
        List<(string Name, Tensor Tensor)> state = network.PlainState();
        foreach ((_, Tensor tensor) in state.Where(entry => LayerOf(entry.Name) == lastLayer))
            tensor.Dispose();
        state.RemoveAll(entry => LayerOf(entry.Name) == lastLayer);
        return state;
    }

    private static LoadedWeights Load(nn.Module network, IEnumerable<StoredTensor> tensors, string path)
    {
        Dictionary<string, Tensor> state = network.state_dict();
        (Dictionary<string, StoredTensor> file, string prefix) = ByName(tensors, state);
        LoadedWeights result = Compare(network, state, file, path) with { Prefix = prefix };
        using IDisposable _ = no_grad();
        foreach ((string name, StoredTensor tensor) in file.Where(entry => LayerOf(entry.Key) != result.FreshLayer))
        {
            using DisposeScope scope = NewDisposeScope();
            state[name].copy_(tensor.Read());
        }

        return result;
    }

    private static (Dictionary<string, StoredTensor> File, string Prefix) ByName(
        IEnumerable<StoredTensor> tensors,
        Dictionary<string, Tensor> state
    )
    {
        StoredTensor[] all = [.. tensors];
        string prefix = "";
        while (
            NextPart(all, prefix) is { } longer
            && !state.Keys.Any(name => name.StartsWith(longer[prefix.Length..], StringComparison.Ordinal))
        )
            prefix = longer;
        return (all.ToDictionary(tensor => tensor.Name[prefix.Length..]), prefix);
    }

    // The prefix with one more part, if all names have it.
    private static string? NextPart(StoredTensor[] tensors, string prefix)
    {
        if (tensors.Length == 0 || tensors[0].Name.IndexOf('.', prefix.Length) is not (>= 0 and var dot))
            return null;
        string longer = tensors[0].Name[..(dot + 1)];
        return tensors.All(tensor => tensor.Name.StartsWith(longer, StringComparison.Ordinal)) ? longer : null;
    }

    private static LoadedWeights Compare(
        nn.Module network,
        Dictionary<string, Tensor> state,
        Dictionary<string, StoredTensor> file,
        string path
    )
    {
        string lastLayer = LastLayer(network);
        bool endsBefore = !file.Keys.Any(name => LayerOf(name) == lastLayer);
        List<string> faults = [];
        long? otherClasses = null;
        foreach ((string name, Tensor tensor) in state)
        {
            bool isLast = LayerOf(name) == lastLayer;
            if (!file.TryGetValue(name, out StoredTensor? stored))
            {
                if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal) && !(isLast && endsBefore))
                    faults.Add($"\"{name}\" is missing");
            }
            else if (!stored.Shape.SequenceEqual(tensor.shape))
            {
                if (isLast && stored.Shape.Length == tensor.dim() && stored.Shape.Skip(1).SequenceEqual(tensor.shape.Skip(1)))
                    otherClasses ??= stored.Shape[0];
                else
                    faults.Add($"\"{name}\" has the shape [{string.Join(", ", stored.Shape)}] and not [{string.Join(", ", tensor.shape)}]");
            }
            else if (stored.IsInteger && tensor.dtype != ScalarType.Int64)
                faults.Add($"\"{name}\" is I64 and not floating-point");
        }

        faults.AddRange(file.Keys.Where(name => !state.ContainsKey(name)).Select(name => $"\"{name}\" has no place in the network"));
        if (faults.Count > 0)
            throw new InvalidDataException(
                $"{path} does not hold this network's weights: "
                    + $"{string.Join("; ", faults.Take(5))}{(faults.Count > 5 ? $"; and {faults.Count - 5} more" : "")}."
                    + OtherArchitecture(network, file)
            );
        return endsBefore || otherClasses is not null
            ? new LoadedWeights(file.Keys.Count(name => LayerOf(name) != lastLayer), lastLayer, otherClasses)
            : new LoadedWeights(file.Count);
    }

    private static string OtherArchitecture(nn.Module network, Dictionary<string, StoredTensor> file)
    {
        var found = Architecture.Of(file.ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        return found.Backbone is not null && found.Backbone == (network as Network)?.Title ? "" : $" {found}";
    }

    private static string LastLayer(nn.Module network) => LayerOf(network.named_parameters().Last().name);

    private static string LayerOf(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : "";
}
