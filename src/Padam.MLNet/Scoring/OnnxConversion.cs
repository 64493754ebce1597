using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using Padam.MLNet.Data;
using Padam.MLNet.Formats;
using Padam.MLNet.MLNetInternals;

namespace Padam.MLNet.Scoring;

/// <summary>A model's graph inside the graph that ML.NET's converter makes of a pipeline.</summary>
internal static class OnnxConversion
{
    // Apart from the names of columns, and so that a reader sees whose the nodes are.
    private const string Prefix = "padam.";

    /// <exception cref="NotSupportedException">The network's column, or one that the pipeline begins with, has no type in ONNX.</exception>
    internal static void Require(ImageColumn images, DataViewSchema source)
    {
        DataViewSchema.Column[] pictures = [.. source.Where(column => column.Type is ImageDataViewType)];
        if (images.Kind == ImageKind.Image || pictures.Length > 0)
            throw Untyped(images.Kind == ImageKind.Image ? images.Column : pictures[0], "MLImages");
        if (images.Kind == ImageKind.Encoded)
            throw Untyped(images.Column, "image files");
    }

    /// <param name="graph">A graph with one input.</param>
    /// <param name="target">What the converter builds.</param>
    /// <param name="images">The column that the input is.</param>
    /// <param name="columns">The columns that the outputs are, in the same order.</param>
    /// <exception cref="NotSupportedException">The converter has no such images.</exception>
    internal static void Add(OnnxGraph graph, OnnxTarget target, string images, IEnumerable<DataViewSchema.Column> columns)
    {
        if (!target.Has(images))
            throw Unconvertible(images);
        Dictionary<string, DataViewSchema.Column> outputs = graph
            .Outputs.Zip(columns)
            .ToDictionary(pair => pair.First.Name, pair => pair.Second);
        Dictionary<string, string> names = new() { [graph.Inputs[0].Name] = target.ValueOf(images) };
        foreach (OnnxConstant constant in graph.Constants)
            names[constant.Name] = Add(constant, target);
        foreach (OnnxNode node in graph.Nodes)
        {
            string[] inputs = [.. node.Inputs.Select(input => names[input])];
            foreach (string output in node.Outputs)
                names[output] = outputs.TryGetValue(output, out DataViewSchema.Column column)
                    ? target.NewColumn(column.Name, column.Type)
                    : target.NewValue(Prefix + output);
            target.Node(node.Operator, inputs, node.Outputs.Select(output => names[output]), node.Integers, node.Numbers);
        }
    }

    /// <summary>Where the converter, which takes the data for what it cannot convert, would begin with other images.</summary>
    internal static NotSupportedException Unconvertible(string images) =>
        new(
            $"ConvertToOnnx cannot convert a step that makes column '{images}' (its log names it), and so cannot begin before it. Convert "
                + "the network's transformer alone with data at which the converter's way back ends, mlContext.Data.Cache of what the "
                + $"steps and mlContext.Transforms.SelectColumns(\"{images}\") yield; or write the network with SaveOnnx(path)."
        );

    private static NotSupportedException Untyped(DataViewSchema.Column column, string what) =>
        new(
            $"Column '{column.Name}' holds {what}, which have no type in ONNX, so that ConvertToOnnx cannot convert the pipeline. "
                + "SaveOnnx(path) of the network's transformer writes the network alone, which takes pixels "
                + "[N, 3, H, W]."
        );

    private static string Add(OnnxConstant constant, OnnxTarget target)
    {
        string name = Prefix + constant.Name;
        return constant.Type == OnnxType.Int64
            ? target.Constant(name, MemoryMarshal.Cast<byte, long>(constant.Bytes).ToArray(), constant.Shape)
            : target.Constant(name, MemoryMarshal.Cast<byte, float>(constant.Bytes).ToArray(), constant.Shape);
    }
}
