using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Padam.MLNet.Data;
using static Microsoft.ML.SchemaShape.Column;

namespace Padam.MLNet.Scoring;

/// <summary>Columns in the shape of a schema: what is known of them before there are data.</summary>
internal static class ImageColumnShape
{
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of the wrong type.</exception>
    internal static SchemaShape.Column Find(SchemaShape input, string name)
    {
        SchemaShape.Column features = Find(input, ColumnFault.Feature, name);
        return HoldsImages(features)
            ? features
            : throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotImages(name, Describe(features)));
    }

    /// <exception cref="ArgumentOutOfRangeException">It is missing.</exception>
    internal static SchemaShape.Column Find(SchemaShape input, string role, string name) =>
        input.TryFindColumn(name, out SchemaShape.Column column)
            ? column
            : throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.Missing(role, name, input.Select(c => c.Name)));

    /// <summary>The type in words.</summary>
    internal static string Describe(SchemaShape.Column column) =>
        column.Kind == VectorKind.Scalar
            ? $"{(column.IsKey ? "key of " : "")}{column.ItemType}"
            : $"{(column.Kind == VectorKind.VariableVector ? "variable " : "")}vector of {column.ItemType}";

    private static bool HoldsImages(SchemaShape.Column features) =>
        features.Kind switch
        {
            VectorKind.Scalar => features.ItemType is ImageDataViewType,
            VectorKind.Vector => !features.IsKey
                && (features.ItemType == NumberDataViewType.Byte || features.ItemType == NumberDataViewType.Single),
            _ => !features.IsKey && features.ItemType == NumberDataViewType.Byte,
        };
}
