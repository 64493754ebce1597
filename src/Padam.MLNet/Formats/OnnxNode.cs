namespace Padam.MLNet.Formats;

/// <summary>A node of an ONNX graph: an operator with the names of the values it reads and writes.</summary>
/// <param name="Operator">Its type, such as "Conv".</param>
/// <param name="Inputs">The values it reads, in the operator's order.</param>
/// <param name="Outputs">The values it writes.</param>
/// <param name="Integers">Its attributes that are lists of whole numbers, by name.</param>
internal sealed record OnnxNode(
    string Operator,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, long[]> Integers
)
{
    /// <summary>Its attributes that are one whole number, by name; of nodes that are to be written.</summary>
    public IReadOnlyDictionary<string, long> Numbers { get; init; } = new Dictionary<string, long>();
}
