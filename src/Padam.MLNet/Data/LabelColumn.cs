using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>A label column: a key of any width, with or without values.</summary>
internal sealed record LabelColumn(DataViewSchema.Column Column, int Classes, KeyValues Values)
{
    internal static LabelColumn Of(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column =
            schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(name),
                ColumnFault.Missing(ColumnFault.Label, name, schema.Select(c => c.Name))
            );
        if (column.Type is not KeyDataViewType key)
            throw new ArgumentOutOfRangeException(nameof(name), ColumnFault.NotKey(name, column.Type));
        if (key.Count is 0 or > int.MaxValue)
            throw new ArgumentOutOfRangeException(
                nameof(name),
                $"Label column '{name}' has {key.Count} keys; 1 to {int.MaxValue} can be classes."
            );
        return new(column, (int)key.Count, KeyValues.Of(column));
    }

    /// <summary>Reads a row's class, from 0. A missing label (key 0) is refused by row.</summary>
    internal Func<int> Reader(DataViewRow row) =>
        Type.GetTypeCode(Column.Type.RawType) switch
        {
            TypeCode.Byte => Reader<byte>(row),
            TypeCode.UInt16 => Reader<ushort>(row),
            TypeCode.UInt32 => Reader<uint>(row),
            TypeCode.UInt64 => Reader<ulong>(row),
            _ => throw new ArgumentOutOfRangeException(nameof(row), ColumnFault.NotKey(Column.Name, Column.Type)),
        };

    /// <summary>
    /// For each class of this column, the class of <paramref name="training"/> that has the same value; so that a validation set may number
    /// its keys in another order.
    /// </summary>
    internal int[] MapTo(LabelColumn training)
    {
        if (Values.Values is null || training.Values.Values is null)
        {
            if (Classes > training.Classes)
                throw new ArgumentException(
                    $"Label column '{Column.Name}' has {Classes} keys, that of the training set {training.Classes}."
                );
            return [.. Enumerable.Range(0, Classes)];
        }

        Dictionary<string, int> known = [];
        for (int i = 0; i < training.Classes; i++)
            known.TryAdd(UnicodeForm.Composed(training.Values.Values[i]), i);
        // A class of the validation set alone only matters where a row has it: -1, refused then.
        return [.. Values.Values.Select(value => known.GetValueOrDefault(UnicodeForm.Composed(value), -1))];
    }

    private Func<int> Reader<T>(DataViewRow row)
        where T : struct, IConvertible
    {
        ValueGetter<T> getter = row.GetGetter<T>(Column);
        T key = default;
        return () =>
        {
            getter(ref key);
            ulong number = key.ToUInt64(null);
            if (number == 0)
                throw new InvalidDataException(
                    $"Column '{Column.Name}', row {row.Position}: the label is missing. Drop such rows with "
                        + "Data.FilterRowsByMissingValues or FilterRowsByColumn."
                );
            if (number > (ulong)Classes)
                throw new InvalidDataException(
                    $"Column '{Column.Name}', row {row.Position}: key {number} is above the column's {Classes} keys."
                );
            return (int)(number - 1);
        };
    }
}
