using Google.Protobuf;
using Onnx;

namespace Padam.MLNet.Formats;

/// <summary>Writes graphs as ONNX files (https://onnx.ai) of operator set 17.</summary>
internal static class OnnxWriter
{
    internal const int OperatorSet = 17;

    // That of ONNX 1.12, which brought operator set 17.
    private const int IrVersion = 8;

    // What protobuf counts in 32 bits, less room for nodes, names and metadata.
    private const long MostWeightBytes = int.MaxValue - (64L << 20);

    /// <exception cref="NotSupportedException">So many bytes of weights do not go into one file.</exception>
    internal static void RequireRoom(long weightBytes)
    {
        if (weightBytes > MostWeightBytes)
            throw new NotSupportedException(
                $"The network's weights take {weightBytes} bytes, and an ONNX file holds at most 2 GB. "
                    + "SaveWeights(path, WeightsFormat.Safetensors) writes weights of any size."
            );
    }

    /// <param name="path">The file. An old one stays until the new one is complete.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="name">What it computes, in a word.</param>
    /// <param name="metadata">What a reader of the file is told, by key.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="NotSupportedException">The weights are too large for one file.</exception>
    internal static void Write(string path, OnnxGraph graph, string name, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        RequireRoom(graph.Constants.Sum(constant => (long)constant.Bytes.Length));
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "Padam.MLNet",
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = OperatorSet },
            },
            MetadataProps = { metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }) },
            Graph = new GraphProto
            {
                Name = name,
                Input = { graph.Inputs.Select(Value) },
                Output = { graph.Outputs.Select(Value) },
                Node = { graph.Nodes.Select(Node) },
                Initializer = { graph.Constants.Select(Constant) },
            },
        };
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    private static ValueInfoProto Value(OnnxValue value)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.Add(value.Shape.Select(side => new TensorShapeProto.Types.Dimension { DimValue = side }));
        return new()
        {
            Name = value.Name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Type, Shape = shape },
            },
        };
    }

    private static NodeProto Node(OnnxNode node) =>
        new()
        {
            Name = node.Outputs[0],
            OpType = node.Operator,
            Input = { node.Inputs },
            Output = { node.Outputs },
            Attribute =
            {
                node.Integers.Select(list => new AttributeProto
                {
                    Name = list.Key,
                    Type = AttributeProto.Types.AttributeType.Ints,
                    Ints = { list.Value },
                }),
                node.Numbers.Select(number => new AttributeProto
                {
                    Name = number.Key,
                    Type = AttributeProto.Types.AttributeType.Int,
                    I = number.Value,
                }),
            },
        };

    // Not copied: the weights of a VGG take half a gigabyte.
    private static TensorProto Constant(OnnxConstant constant) =>
        new()
        {
            Name = constant.Name,
            DataType = (int)constant.Type,
            Dims = { constant.Shape },
            RawData = UnsafeByteOperations.UnsafeWrap(constant.Bytes),
        };
}
