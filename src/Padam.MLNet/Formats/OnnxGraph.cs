namespace Padam.MLNet.Formats;

/// <summary>Types of numbers, by ONNX's own codes (TensorProto.DataType).</summary>
internal enum OnnxType
{
    /// <summary>float32.</summary>
    Single = 1,

    /// <summary>uint8.</summary>
    Byte = 2,

    /// <summary>int64.</summary>
    Int64 = 7,

    /// <summary>uint32.</summary>
    UInt32 = 12,
}

/// <summary>What goes into a graph, or comes out: a tensor of any batch size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Of its numbers.</param>
/// <param name="Shape">Its shape behind the batch.</param>
internal sealed record OnnxValue(string Name, OnnxType Type, long[] Shape);

/// <summary>Numbers that a graph that is to be written carries.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Of its numbers.</param>
/// <param name="Shape">Its whole shape.</param>
/// <param name="Bytes">The numbers, row by row, little-endian.</param>
internal sealed record OnnxConstant(string Name, OnnxType Type, long[] Shape, byte[] Bytes);

/// <summary>A graph that is to be written: nodes in the order in which they can run.</summary>
internal sealed record OnnxGraph(
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyList<OnnxConstant> Constants
);
