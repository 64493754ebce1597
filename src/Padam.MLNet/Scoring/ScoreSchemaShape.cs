using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;
using static Microsoft.ML.SchemaShape.Column;
using static Padam.MLNet.MLNetInternals.SchemaShapeColumn;

namespace Padam.MLNet.Scoring;

/// <summary>The trainer's promise about schemas, made before any data is read.</summary>
/// <param name="Label">The label column's name.</param>
/// <param name="Features">The image column's name.</param>
/// <param name="Score">The output column of probabilities.</param>
/// <param name="PredictedLabel">The output column of the most probable class.</param>
/// <param name="Weight">The column of example weights, or null.</param>
internal sealed record ScoreSchemaShape(string Label, string Features, string Score, string PredictedLabel, string? Weight = null)
{
    /// <summary>What <see cref="ScoreSchema"/> will make of such an input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    internal SchemaShape Output(SchemaShape input)
    {
        SchemaShape.Column label = ImageColumnShape.Find(input, ColumnFault.Label, Label);
        if (!label.IsKey || label.Kind != VectorKind.Scalar)
            throw new ArgumentOutOfRangeException(nameof(input), ColumnFault.NotKey(label.Name, ImageColumnShape.Describe(label)));
        _ = ImageColumnShape.Find(input, Features);
        if (Weight is not null)
            RequireWeight(ImageColumnShape.Find(input, ColumnFault.Weight, Weight), nameof(input));

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

    private static void RequireWeight(SchemaShape.Column weight, string parameter)
    {
        if (weight.Kind != VectorKind.Scalar || weight.IsKey || weight.ItemType != NumberDataViewType.Single)
            throw new ArgumentOutOfRangeException(parameter, ColumnFault.NotWeight(weight.Name, ImageColumnShape.Describe(weight)));
    }

    private static IEnumerable<SchemaShape.Column> Scored() =>
        [
            Of("ScoreColumnSetId", VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            Of("ScoreColumnKind", VectorKind.Scalar, TextDataViewType.Instance),
            Of("ScoreValueKind", VectorKind.Scalar, TextDataViewType.Instance),
        ];
}
