namespace Padam.MLNet.Formats;

/// <summary>What a file of weights is that is no safetensors file, by its first bytes.</summary>
internal static class ForeignFile
{
    /// <summary>So many bytes tell.</summary>
    internal const int HeadBytes = 512;

    private const string FromPython =
        "In Python, safetensors.torch.save_file(state_dict, \"weights.safetensors\") writes one that is read.";

    /// <summary>A sentence with the remedy; null where the bytes say nothing.</summary>
    internal static string? Describe(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\x03\x04"u8))
            return Zip(head);
        if (head is [0x80, >= 2 and <= 5, ..])
            return $"It is a pickle, as torch.save wrote before PyTorch 1.6. {FromPython}";
        if (head is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            return "It is an HDF5 file, as Keras writes weights; such files are written here (WeightsFormat.KerasHdf5) and not read. "
                + "Keep weights as safetensors too.";
        if (head is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..])
            return $"It is a NumPy array. {FromPython}";
        // A ModelProto begins with its IR version (field 1, a small number) and goes on with the producer, an opset or the graph.
        if (head is [0x08, >= 1 and <= 20, 0x12 or 0x1A or 0x22 or 0x2A or 0x30 or 0x3A or 0x42, ..])
            return "It is an ONNX model. Only a file whose name ends in .onnx is read as one.";
        if (head.StartsWith("GGUF"u8))
            return $"It is a GGUF file. {FromPython}";
        if (head is [_, _, _, _, (byte)'T', (byte)'F', (byte)'L', (byte)'3', ..])
            return $"It is a TensorFlow Lite model. {FromPython}";
        if (head.StartsWith("version https://git-lfs"u8))
            return "It is a pointer of Git LFS to a file that was not fetched: `git lfs pull` fetches it.";
        if (head.StartsWith("<"u8))
            return "It is a web page, not the file behind it: download it anew.";
        return null;
    }

    private static string Zip(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("data.pkl"u8) >= 0)
            return $"It is a PyTorch checkpoint (.pt, .pth). {FromPython}";
        if (head.IndexOf(".npy"u8) >= 0)
            return $"It is a NumPy archive (.npz). {FromPython}";
        if (head.IndexOf("metadata.json"u8) >= 0 || head.IndexOf("config.json"u8) >= 0)
            return "It is a Keras model (.keras). Keep its weights as safetensors.";
        if (head.IndexOf("TrainingInfo"u8) >= 0 || head.IndexOf("TransformerChain"u8) >= 0)
            return "It is an ML.NET model: load it with mlContext.Model.Load, and SaveWeights(path, WeightsFormat.Safetensors) writes its "
                + "weights.";
        return $"It is a zip. {FromPython}";
    }
}
