using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>What the keys of a label column stand for: texts, numbers, or nothing but their own number.</summary>
/// <param name="ItemType">
/// The type of the values as ML.NET names it (Text, Single, Int32, ...), or null where the keys have no values.
/// </param>
/// <param name="Values">Value by key - 1, numbers in invariant round-trip form; null where the keys have no values.</param>
internal sealed record KeyValues(string? ItemType, IReadOnlyList<string>? Values)
{
    internal const string Kind = "KeyValues",
        Text = "Text";

    internal static readonly KeyValues None = new(null, null);

    /// <summary>The annotation that names the keys of a column.</summary>
    internal static DataViewSchema.Annotations Annotation(IReadOnlyList<string> names)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddKeyValues(
            names.Count,
            TextDataViewType.Instance,
            (ref VBuffer<ReadOnlyMemory<char>> values) => values = TextValues(names)
        );
        return annotations.ToAnnotations();
    }

    internal static VBuffer<ReadOnlyMemory<char>> TextValues(IReadOnlyList<string> names) =>
        new(names.Count, [.. names.Select(name => name.AsMemory())]);

    /// <summary>Whether values of this type are kept; others (dates, say) are dropped, and the classes are numbers.</summary>
    internal static bool Keeps(DataViewType item) => item is TextDataViewType || KeyNumber.Find(item.RawType) is not null;

    /// <summary>The key values of a column; <see cref="None"/> where it has none, or not one for each key.</summary>
    internal static KeyValues Of(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind) is not { } annotation || annotation.Type is not VectorDataViewType vector)
            return None;
        if (column.Type is not KeyDataViewType key || (ulong)vector.Size != key.Count)
            return None;
        if (vector.ItemType is TextDataViewType)
            return new(Text, Read<ReadOnlyMemory<char>>(column, text => text.ToString()));
        return KeyNumber.Find(vector.ItemType.RawType) is { } number ? new(number.Name, number.Read(column)) : None;
    }

    /// <summary>Adds these values under an annotation kind, in their own type.</summary>
    internal void AddTo(DataViewSchema.Annotations.Builder annotations, string kind)
    {
        if (Values is null)
            return;
        if (ItemType == Text)
            annotations.Add(
                kind,
                new VectorDataViewType(TextDataViewType.Instance, Values.Count),
                (ref VBuffer<ReadOnlyMemory<char>> values) => values = TextValues(Values)
            );
        else
            KeyNumber.Find(ItemType!)!.AddTo(annotations, kind, Values);
    }

    /// <summary>Whether every value can be read as the type that is claimed.</summary>
    internal bool IsValid() =>
        Values is null
            ? ItemType is null
            : Values.All(value => value is not null)
                && (ItemType == Text || (ItemType is not null && KeyNumber.Find(ItemType)?.CanParse(Values) == true));

    internal static IReadOnlyList<string> Read<T>(DataViewSchema.Column column, Func<T, string> text)
    {
        VBuffer<T> buffer = default;
        column.Annotations.GetValue(Kind, ref buffer);
        return [.. buffer.DenseValues().Select(text)];
    }

    /// <summary>One numeric type that key values may have.</summary>
    private abstract record KeyNumber(string Name, Type Type)
    {
        private static readonly KeyNumber[] All =
        [
            new Typed<sbyte>(NumberDataViewType.SByte),
            new Typed<byte>(NumberDataViewType.Byte),
            new Typed<short>(NumberDataViewType.Int16),
            new Typed<ushort>(NumberDataViewType.UInt16),
            new Typed<int>(NumberDataViewType.Int32),
            new Typed<uint>(NumberDataViewType.UInt32),
            new Typed<long>(NumberDataViewType.Int64),
            new Typed<ulong>(NumberDataViewType.UInt64),
            new Typed<float>(NumberDataViewType.Single),
            new Typed<double>(NumberDataViewType.Double),
        ];

        internal static KeyNumber? Find(Type type) => Array.Find(All, number => number.Type == type);

        internal static KeyNumber? Find(string name) => Array.Find(All, number => number.Name == name);

        internal abstract IReadOnlyList<string> Read(DataViewSchema.Column column);

        internal abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind, IReadOnlyList<string> values);

        internal abstract bool CanParse(IReadOnlyList<string> values);

        private sealed record Typed<T>(NumberDataViewType ItemType) : KeyNumber(typeof(T).Name, typeof(T))
            where T : struct, ISpanParsable<T>, IFormattable
        {
            internal override IReadOnlyList<string> Read(DataViewSchema.Column column) =>
                KeyValues.Read<T>(column, value => value.ToString(null, CultureInfo.InvariantCulture));

            internal override bool CanParse(IReadOnlyList<string> values) =>
                values.All(value => T.TryParse(value, CultureInfo.InvariantCulture, out _));

            internal override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind, IReadOnlyList<string> values) =>
                annotations.Add(
                    kind,
                    new VectorDataViewType(ItemType, values.Count),
                    (ref VBuffer<T> buffer) =>
                        buffer = new(values.Count, [.. values.Select(value => T.Parse(value, CultureInfo.InvariantCulture))])
                );
        }
    }
}
