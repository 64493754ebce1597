namespace Padam.MLNet.Data;

/// <summary>What is said of a column that does not fit; the same before training (schema shapes) and on data (schemas).</summary>
internal static class ColumnFault
{
    internal const string Label = "Label",
        Feature = "Feature",
        Weight = "Example weight";

    internal static string Missing(string role, string name, IEnumerable<string> known)
    {
        string[] names = [.. known];
        string message = $"{role} column '{name}' is not in the data, which has: {string.Join(", ", names)}.";
        if (Array.Find(names, other => UnicodeForm.AreSame(other, name)) is not null)
            return $"{message} One of them differs from it only in its Unicode form (accents apart from their letters, or one with them).";
        if (role == Feature && names.Contains("Image"))
            return $"{message} Images of LoadImageFolder and LoadImages are in the column 'Image': name it.";
        return role == Feature
            ? $"{message} Data.ShuffleRows and Data.Cache drop columns of images: leave them out, as the trainer shuffles in each epoch "
                + "and keeps the images itself."
            : message;
    }

    internal static string NotImages(string name, object type) =>
        $"Feature column '{name}' is a {type}; it must be {ImageColumn.Accepted}.";

    internal static string NotWeight(string name, object type) =>
        $"Example weight column '{name}' is a {type}; it must be a Single. Append Conversion.ConvertType(\"{name}\") before the trainer.";

    internal static string NotKey(string name, object type) =>
        $"Label column '{name}' is a {type}, not a key. Append Conversion.MapValueToKey(\"{name}\") before the trainer.";
}
