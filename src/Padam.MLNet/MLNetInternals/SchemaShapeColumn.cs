using Microsoft.ML;
using Microsoft.ML.Data;
using static Microsoft.ML.SchemaShape.Column;

namespace Padam.MLNet.MLNetInternals;

/// <summary>Columns of a <see cref="SchemaShape"/>, whose constructor ML.NET keeps internal.</summary>
internal static class SchemaShapeColumn
{
    internal static SchemaShape.Column Of(
        string name,
        VectorKind kind,
        DataViewType itemType,
        bool isKey = false,
        SchemaShape? annotations = null
    ) => new(name, kind, itemType, isKey, annotations);
}
