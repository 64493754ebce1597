using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace Padam.MLNet.Formats;

/// <summary>Numbers that an ONNX graph carries, row by row.</summary>
internal sealed record OnnxTensor(long[] Shape, float[] Values);

/// <summary>
/// What an ONNX file (https://onnx.ai) holds, as far as weights go: its inputs, its nodes, and its float32 initializers, each checked
/// against its shape.
/// </summary>
internal sealed record OnnxFile(
    IReadOnlyList<string> Inputs,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Tensors
)
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no ONNX file, is damaged, or keeps its numbers in other files.</exception>
    public static OnnxFile Read(string path)
    {
        GraphProto graph = Parse(path).Graph ?? throw Bad(path, "it has no graph.");
        Dictionary<string, OnnxTensor> tensors = [];
        foreach (TensorProto tensor in graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Float))
            if (!tensors.TryAdd(tensor.Name, Tensor(tensor, path)))
                throw Bad(path, $"the tensor \"{tensor.Name}\" occurs twice.");
        // Before opset 9, initializers are among the inputs.
        string[] inputs = [.. graph.Input.Select(input => input.Name).Except(graph.Initializer.Select(tensor => tensor.Name))];
        return new OnnxFile(inputs, [.. graph.Node.Select(Node)], tensors);
    }

    private static ModelProto Parse(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            return ModelProto.Parser.ParseFrom(stream);
        }
        // In a field that the format doesn't know the parser takes any length, and falls over one below zero, or one that no array has.
        catch (Exception fault) when (fault is InvalidProtocolBufferException or ArgumentOutOfRangeException or OutOfMemoryException)
        {
            throw Bad(path, fault.Message);
        }
    }

    private static OnnxNode Node(NodeProto node) =>
        new(
            node.OpType,
            [.. node.Input],
            [.. node.Output],
            node.Attribute.DistinctBy(attribute => attribute.Name).ToDictionary(a => a.Name, a => a.Ints.ToArray())
        );

    private static OnnxTensor Tensor(TensorProto tensor, string path)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            throw Bad(path, $"the tensor \"{tensor.Name}\" lies in another file, which is not read. Save the model in one file.");
        bool isRaw = tensor.RawData.Length > 0;
        Int128 wanted = tensor.Dims.Aggregate((Int128)1, (product, side) => side < 0 ? -1 : product * side),
            given = isRaw ? tensor.RawData.Length / sizeof(float) : tensor.FloatData.Count;
        if (wanted != given || tensor.RawData.Length % sizeof(float) != 0)
            throw Bad(path, $"the tensor \"{tensor.Name}\" of shape [{string.Join(", ", tensor.Dims)}] has {given} numbers.");
        float[] values = isRaw ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];
        return new OnnxTensor([.. tensor.Dims], values);
    }

    private static InvalidDataException Bad(string path, string what) => new($"{path} cannot be read as ONNX: {what}");
}
