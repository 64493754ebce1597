using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Padam.MLNet.Data;
using static Microsoft.ML.SchemaShape.Column;

namespace Padam.MLNet.Persistence.Bridge;

/// <summary>The trainer's promise about schemas, made before any data is read.</summary>
internal static class TrainerShape
{
    internal static SchemaShape Output(SchemaShape input, ImageClassificationOptions options)
    {
        SchemaShape.Column label = Find(input, "Label", options.LabelColumnName),
            features = Find(input, "Feature", options.FeatureColumnName);
        if (!label.IsKey || label.Kind != VectorKind.Scalar)
            throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotKey(label.Name, Describe(label)));
        bool image = features.Kind == VectorKind.Scalar && features.ItemType is ImageDataViewType;
        bool vector =
            features.Kind == VectorKind.Vector
            && !features.IsKey
            && (features.ItemType == NumberDataViewType.Byte || features.ItemType == NumberDataViewType.Single);
        if (!image && !vector)
            throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotImages(features.Name, Describe(features)));

        IEnumerable<SchemaShape.Column> predictedLabel = Scored();
        IEnumerable<SchemaShape.Column> score = Scored();
        if (label.Annotations.TryFindColumn(KeyValues.Kind, out SchemaShape.Column values) && KeyValues.Keeps(values.ItemType))
        {
            predictedLabel = predictedLabel.Append(values);
            score = score.Append(new SchemaShape.Column("TrainingLabelValues", VectorKind.Vector, values.ItemType, false));
            if (values.ItemType is TextDataViewType)
                score = score.Append(new SchemaShape.Column("SlotNames", VectorKind.Vector, TextDataViewType.Instance, false));
        }

        return new SchemaShape(
            input
                .Where(column => column.Name != options.PredictedLabelColumnName && column.Name != options.ScoreColumnName)
                .Append(
                    new SchemaShape.Column(
                        options.PredictedLabelColumnName,
                        VectorKind.Scalar,
                        NumberDataViewType.UInt32,
                        true,
                        new SchemaShape(predictedLabel)
                    )
                )
                .Append(
                    new SchemaShape.Column(
                        options.ScoreColumnName,
                        VectorKind.Vector,
                        NumberDataViewType.Single,
                        false,
                        new SchemaShape(score)
                    )
                )
        );
    }

    private static IEnumerable<SchemaShape.Column> Scored() =>
        [
            new("ScoreColumnSetId", VectorKind.Scalar, NumberDataViewType.UInt32, true),
            new("ScoreColumnKind", VectorKind.Scalar, TextDataViewType.Instance, false),
            new("ScoreValueKind", VectorKind.Scalar, TextDataViewType.Instance, false),
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
