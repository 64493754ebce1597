using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>A column of what each row counts for, a Single as ML.NET's trainers take it.</summary>
internal sealed record WeightColumn(DataViewSchema.Column Column)
{
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    internal static WeightColumn Of(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column =
            schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(name),
                ColumnFault.Missing(ColumnFault.Weight, name, schema.Select(c => c.Name))
            );
        return column.Type == NumberDataViewType.Single
            ? new(column)
            : throw new ArgumentOutOfRangeException(nameof(name), ColumnFault.NotWeight(name, column.Type));
    }

    /// <summary>Reads a row's weight; one that is negative or no number is refused by row.</summary>
    internal Func<float> Reader(DataViewRow row)
    {
        ValueGetter<float> getter = row.GetGetter<float>(Column);
        float weight = 0;
        return () =>
        {
            getter(ref weight);
            return weight >= 0 && float.IsFinite(weight)
                ? weight
                : throw new InvalidDataException(
                    FormattableString.Invariant(
                        $"Column '{Column.Name}', row {row.Position}: the weight is {weight}; it must be a number of at least 0."
                    )
                );
        };
    }
}
