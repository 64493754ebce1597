using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Padam.MLNet.Data;
using static Microsoft.ML.SchemaShape.Column;
using static Padam.MLNet.MLNetInternals.SchemaShapeColumn;

namespace Padam.MLNet.Scoring;

/// <summary>The trainer's promise about schemas, made before any data is read.</summary>
/// <param name="Label">The label column's name.</param>
/// <param name="Features">The image column's name.</param>
/// <param name="Score">The output column of probabilities.</param>
/// <param name="PredictedLabel">The output column of the most probable class.</param>
internal sealed record ScoreSchemaShape(string Label, string Features, string Score, string PredictedLabel)
{
    /// <summary>What <see cref="ScoreSchema"/> will make of such an input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    internal SchemaShape Output(SchemaShape input)
    {
        (SchemaShape.Column label, SchemaShape.Column features) = (
            Find(input, ColumnFault.Label, Label),
            Find(input, ColumnFault.Feature, Features)
        );
        if (!label.IsKey || label.Kind != VectorKind.Scalar)
            throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotKey(label.Name, Describe(label)));
        if (!HoldsImages(features))
            throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotImages(features.Name, Describe(features)));

        IEnumerable<SchemaShape.Column> predictedLabel = Scored();
        IEnumerable<SchemaShape.Column> score = Scored();
        if (label.Annotations.TryFindColumn(KeyValues.Kind, out SchemaShape.Column values) && KeyValues.Keeps(values.ItemType))
        {
            predictedLabel = predictedLabel.Append(values);
            score = score.Append(Of("TrainingLabelValues", VectorKind.Vector, values.ItemType));
            if (values.ItemType is TextDataViewType)
                score = score.Append(Of("SlotNames", VectorKind.Vector, TextDataViewType.Instance));
        }

        return new SchemaShape(
            input
                .Where(column => column.Name != PredictedLabel && column.Name != Score)
                .Append(Of(PredictedLabel, VectorKind.Scalar, NumberDataViewType.UInt32, true, new SchemaShape(predictedLabel)))
                .Append(Of(Score, VectorKind.Vector, NumberDataViewType.Single, false, new SchemaShape(score)))
        );
    }

    private static bool HoldsImages(SchemaShape.Column features) =>
        features.Kind == VectorKind.Scalar
            ? features.ItemType is ImageDataViewType
            : features.Kind == VectorKind.Vector
                && !features.IsKey
                && (features.ItemType == NumberDataViewType.Byte || features.ItemType == NumberDataViewType.Single);

    private static IEnumerable<SchemaShape.Column> Scored() =>
        [
            Of("ScoreColumnSetId", VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            Of("ScoreColumnKind", VectorKind.Scalar, TextDataViewType.Instance),
            Of("ScoreValueKind", VectorKind.Scalar, TextDataViewType.Instance),
        ];

    private static SchemaShape.Column Find(SchemaShape input, string role, string name) =>
        input.TryFindColumn(name, out SchemaShape.Column column)
            ? column
            : throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.Missing(role, name, input.Select(c => c.Name)));

    private static string Describe(SchemaShape.Column column) =>
        column.Kind == VectorKind.Scalar
            ? $"{(column.IsKey ? "key of " : "")}{column.ItemType}"
            : $"{(column.Kind == VectorKind.VariableVector ? "variable " : "")}vector of {column.ItemType}";
}
