namespace Padam.MLNet.Data;

/// <summary>The images of a folder that has one sub-folder for each class, in the order of classes and paths.</summary>
/// <param name="ClassNames">The classes.</param>
/// <param name="Files">Path and key of each image; keys count from 1.</param>
/// <param name="Warnings">What the log should warn of.</param>
internal sealed record ImageFolder(
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<(string Path, uint Key)> Files,
    IReadOnlyList<string> Warnings
)
{
    /// <param name="folder">The folder.</param>
    /// <param name="classes">The classes in their order; null for the sub-folders that hold images, in ordinal order.</param>
    /// <exception cref="ArgumentException">A class has no name, or two have the same.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">There is no image, or a sub-folder that is not among the classes.</exception>
    internal static ImageFolder Read(string folder, IReadOnlyList<string>? classes)
    {
        RequireDistinct(classes ?? []);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException(
                $"The image folder '{folder}' does not exist. Give a folder with one sub-folder of images for each class."
                    + MissingPath.Hint(folder)
            );
        var search = new ImageSearch(folder, classes ?? []);
        Dictionary<string, string> folders = ByName(search.SubFolders(), folder);
        if (classes is not null)
            RequireKnown(folders.Keys, classes, folder);

        Dictionary<string, string[]> images = folders.ToDictionary(entry => entry.Key, entry => search.Images(entry.Value));
        string[] names = classes is null
            ? [.. images.Where(found => found.Value.Length > 0).Select(found => found.Key).Order(StringComparer.Ordinal)]
            : [.. classes];
        string[] ImagesOf(string name) => images.GetValueOrDefault(UnicodeForm.Composed(name), []);
        (string, uint)[] files = [.. names.SelectMany((name, index) => ImagesOf(name).Select(path => (path, (uint)index + 1)))];
        if (files.Length == 0)
            throw new InvalidDataException(
                string.Join(" ", search.Warnings().Prepend($"'{folder}' has no sub-folder with an image (.jpg, .png, .webp ...)."))
            );

        string empty = string.Join(
            ", ",
            (classes ?? [.. images.Keys]).Where(name => ImagesOf(name).Length == 0).Order(StringComparer.Ordinal)
        );
        return new(
            names,
            files,
            empty.Length == 0 ? search.Warnings()
                : classes is null
                    ? [.. search.Warnings(), $"Without an image, and so no class: {empty}. Give classes to keep such a class."]
                : [.. search.Warnings(), $"No image of: {empty}."]
        );
    }

    private static void RequireDistinct(IReadOnlyList<string> classes)
    {
        HashSet<string> names = [];
        foreach (string name in classes)
        {
            if (string.IsNullOrEmpty(name))
                throw new ArgumentException("classes holds a name that is empty.", nameof(classes));
            if (!names.Add(UnicodeForm.Composed(name)))
                throw new ArgumentException($"classes holds '{name}' twice.", nameof(classes));
        }
    }

    private static Dictionary<string, string> ByName(IEnumerable<string> subFolders, string folder)
    {
        Dictionary<string, string> byName = [];
        foreach (string path in subFolders)
        {
            string name = UnicodeForm.Composed(Path.GetFileName(path));
            if (!byName.TryAdd(name, path))
                throw new InvalidDataException(
                    $"'{folder}' has two sub-folders '{name}' whose names differ only in their Unicode form (accents apart from their "
                        + "letters, or one with them). Put the images into one of them."
                );
        }

        return byName;
    }

    private static void RequireKnown(IEnumerable<string> found, IReadOnlyList<string> classes, string folder)
    {
        HashSet<string> known = [.. classes.Select(UnicodeForm.Composed)];
        string[] strange = [.. found.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal)];
        if (strange.Length > 0)
            throw new InvalidDataException(
                $"'{folder}' has sub-folders that are not among the classes ({string.Join(", ", classes)}): {string.Join(", ", strange)}. "
                    + "Move them elsewhere, or name them in classes too."
            );
    }
}
