using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Padam.MLNet.MLNetInternals;

/// <summary>
/// A view that one of the library's transformers made of another. ML.NET's converter to ONNX walks from a pipeline's end back over such
/// views, and takes one that it does not know for the data themselves: its graph then has our outputs as inputs. This one it knows, and is
/// told that there is no way.
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

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => throw NoOnnx();

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => throw NoOnnx();

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("A scored view is not saved: save the model with mlContext.Model.Save.");

    private static NotSupportedException NoOnnx() =>
        new(
            "A pipeline with a network of Padam.MLNet cannot be converted to ONNX by this version. Save the model with "
                + "mlContext.Model.Save, or its weights for other programs with SaveWeights(path, WeightsFormat.Safetensors)."
        );
}
