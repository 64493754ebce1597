using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;
using Padam.MLNet.Formats;
using Padam.MLNet.Models;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>The numbers with which a network answers the image of a row.</summary>
internal delegate ReadOnlySpan<float> Answer();

/// <summary>The input's columns, then those that a network adds; and how they come of its answers.</summary>
internal abstract class OutputSchema
{
    /// <exception cref="ArgumentException">The input is not what the network takes.</exception>
    private protected OutputSchema(DataViewSchema input, NetworkDescription model) =>
        (Input, Feature) = (input, ModelInput.Images(input, model));

    internal DataViewSchema Input { get; }

    internal ImageColumn Feature { get; }

    internal abstract DataViewSchema Output { get; }

    internal bool IsOurs(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>The answers [N, numbers] of a network in evaluation mode to images [N, 3, H, W].</summary>
    internal abstract Tensor Answers(nn.Module<Tensor, Tensor> network, Tensor images);

    /// <summary>The network as a graph that takes the image column; its outputs are the columns that are added, in their order.</summary>
    /// <exception cref="NotSupportedException">It cannot be written as one.</exception>
    internal abstract OnnxGraph Onnx(nn.Module<Tensor, Tensor> network);

    /// <summary>The input columns that some output columns need.</summary>
    internal IEnumerable<DataViewSchema.Column> Needed(IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        IEnumerable<DataViewSchema.Column> passed = columns.Where(column => !IsOurs(column)).Select(column => Input[column.Index]);
        return columns.Any(IsOurs) ? passed.Append(Feature.Column).DistinctBy(column => column.Index) : passed;
    }

    /// <summary>Reads one of our columns off the answer to the row of the moment.</summary>
    internal ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column, Answer answer) =>
        GetterOf(column, answer) as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' is a {column.Type}, not a {TypeName.Of(typeof(TValue))}.");

    private protected abstract Delegate GetterOf(DataViewSchema.Column column, Answer answer);

    /// <summary>The whole answer as a vector.</summary>
    private protected static ValueGetter<VBuffer<float>> Vector(Answer answer) =>
        (ref VBuffer<float> vector) =>
        {
            ReadOnlySpan<float> numbers = answer();
            var editor = VBufferEditor.Create(ref vector, numbers.Length);
            numbers.CopyTo(editor.Values);
            vector = editor.Commit();
        };
}
