using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Padam.MLNet.MLNetInternals;

/// <summary>
/// A view that one of the library's transformers made of another. ML.NET's converter to ONNX walks from a pipeline's end back over such
/// views, asks each whether it can be converted, and then, from the first to the last, to add its nodes. A view that it does not know, or
/// that answers no, it takes for the data themselves, in silence: so what cannot be converted throws.
/// </summary>
internal abstract class TransformedView(IDataView source) : ITransformCanSaveOnnx
{
    IDataView IDataTransform.Source => Input;

    /// <summary>What it was made of.</summary>
    protected IDataView Input => source;

    public abstract bool CanShuffle { get; }

    public abstract DataViewSchema Schema { get; }

    public abstract long? GetRowCount();

    public abstract DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    public abstract DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);

    /// <param name="source">The columns of the data at the very beginning, which the converter makes inputs.</param>
    /// <param name="skipped">
    /// The columns that steps make which the converter passes over: it takes the column of that name in the data for each.
    /// </param>
    /// <exception cref="NotSupportedException">It cannot be converted; the message says why, and what to do.</exception>
    protected abstract void RequireOnnx(DataViewSchema source, IReadOnlySet<string> skipped);

    /// <summary>Adds the nodes that make its columns.</summary>
    protected abstract void AddOnnx(OnnxTarget target);

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx)
    {
        IDataView first = Input;
        HashSet<string> converted = [],
            skipped = [];
        for (bool converts = true; first is IDataTransform step; first = step.Source)
        {
            // From the first step that it cannot convert, the converter goes to the data.
            converts = converts && step is ITransformCanSaveOnnx known && known.CanSaveOnnx(ctx);
            // What a step that is converted makes hides what was there before it.
            if (converts)
                converted.UnionWith(MadeBy(step));
            else
                skipped.UnionWith(MadeBy(step).Except(converted));
        }

        RequireOnnx(first.Schema, skipped);
        return true;
    }

    // Columns that are new, or another than that of the same name before.
    private static IEnumerable<string> MadeBy(IDataTransform step) =>
        step
            .Schema.Where(column =>
                !column.IsHidden
                && (
                    column.Index >= step.Source.Schema.Count
                    || step.Source.Schema.GetColumnOrNull(column.Name)?.Type.Equals(column.Type) != true
                )
            )
            .Select(column => column.Name);

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => AddOnnx(new(ctx));

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("A scored view is not saved: save the model with mlContext.Model.Save.");
}
