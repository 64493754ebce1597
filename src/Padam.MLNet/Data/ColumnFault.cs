namespace Padam.MLNet.Data;

/// <summary>What is said of a column that does not fit; the same before training (schema shapes) and on data (schemas).</summary>
internal static class ColumnFault
{
    internal static string Missing(string role, string name, IEnumerable<string> known) =>
        $"{role} column '{name}' is not in the data, which has: {string.Join(", ", known)}.";

    internal static string NotImages(string name, object type) =>
        $"Feature column '{name}' is a {type}; it must be {ImageColumn.Accepted}.";

    internal static string NotKey(string name, object type) =>
        $"Label column '{name}' is a {type}, not a key. Append Conversion.MapValueToKey(\"{name}\") before the trainer.";
}
