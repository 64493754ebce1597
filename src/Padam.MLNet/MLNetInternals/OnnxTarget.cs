using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Padam.MLNet.MLNetInternals;

/// <summary>The graph that ML.NET's converter to ONNX is building of a pipeline, as a step of the pipeline adds to it.</summary>
internal sealed class OnnxTarget(OnnxContext context)
{
    /// <summary>Whether the graph has a value for a column, from the data or from a step before.</summary>
    internal bool Has(string column) => context.ContainsColumn(column);

    /// <summary>The value of a column.</summary>
    internal string ValueOf(string column) => context.GetVariableName(column);

    /// <summary>A new value that is a column from now on.</summary>
    internal string NewColumn(string column, DataViewType type) => context.AddIntermediateVariable(type, column);

    /// <summary>A new value that is no column.</summary>
    internal string NewValue(string name) => context.AddIntermediateVariable(null, Unused(name), skip: true);

    internal string Constant(string name, float[] numbers, long[] shape) => context.AddInitializer(numbers, shape, Unused(name));

    internal string Constant(string name, long[] numbers, long[] shape) => context.AddInitializer(numbers, shape, Unused(name));

    internal void Node(
        string type,
        IEnumerable<string> inputs,
        IEnumerable<string> outputs,
        IReadOnlyDictionary<string, long[]> lists,
        IReadOnlyDictionary<string, long> numbers
    )
    {
        // The domain of ONNX's own operators; left out, ML.NET takes that of classical machine learning.
        OnnxNode node = context.CreateNode(type, inputs, outputs, context.GetNodeName(type), domain: "");
        foreach ((string name, long[] list) in lists)
            node.AddAttribute(name, list);
        foreach ((string name, long number) in numbers)
            node.AddAttribute(name, number);
    }

    // The converter takes each name for a column's, and a later value of the same name for the newer one.
    private string Unused(string name)
    {
        while (context.ContainsColumn(name))
            name += "_";
        return name;
    }
}
