namespace Padam.MLNet.Data;

/// <summary>
/// Finds the images below a folder, each directory read once however links lead to it; what tools left there and what cannot be decoded is
/// passed over, and said.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="wanted">Names of sub-folders that are classes even if they look like a tool's.</param>
internal sealed class ImageSearch(string root, IReadOnlyList<string> wanted)
{
    // Files of these names are taken for images unseen, so that a damaged one is an error when it is read. Others are looked into.
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    // What editors, synchronisers and operating systems leave in folders, besides names that begin with a dot.
    private static readonly HashSet<string> Tools = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX",
        "__pycache__",
        "@eaDir",
        "#recycle",
        "$RECYCLE.BIN",
        "System Volume Information",
        "lost+found",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "Icon\r",
    };

    private readonly SortedSet<string> _tools = new(StringComparer.Ordinal);
    private readonly List<string> _circles = [];
    private readonly SortedDictionary<string, int> _undecodable = new(StringComparer.Ordinal);

    /// <summary>The sub-folders of the root that may be classes.</summary>
    internal IReadOnlyList<string> SubFolders() =>
        [.. OfUsers(Directory.GetDirectories(root)).Where(path => !LeadsBack(path, Ancestors(RealPath.Of(root))))];

    /// <summary>The images below a folder, at any depth, in the order of their paths.</summary>
    internal string[] Images(string folder)
    {
        HashSet<string> read = Ancestors(RealPath.Of(root));
        read.UnionWith(Ancestors(Path.GetDirectoryName(RealPath.Of(folder))));
        return [.. Files(folder, read).Where(IsImage).Order(StringComparer.Ordinal)];
    }

    /// <summary>What was passed over, or may be taken for an image of the set and is none.</summary>
    internal IReadOnlyList<string> Warnings()
    {
        int loose = OfUsers(Directory.GetFiles(root)).Count(HasExtensionOfImages);
        return
        [
            .. _tools.Count == 0 ? Array.Empty<string>() : [$"Passed over as left there by tools: {string.Join(", ", _tools)}."],
            .. _circles.Select(path => $"'{path}' leads to a folder that is read already, and is passed over."),
            .. _undecodable.Count == 0
                ? Array.Empty<string>()
                :
                [
                    $"Files that cannot be decoded as images are left out: "
                        + $"{string.Join(", ", _undecodable.Select(entry => $"{entry.Value} {entry.Key}"))}. "
                        + "Convert those that are images to .jpg, .png or .webp.",
                ],
            .. loose == 0 ? Array.Empty<string>() : [$"{loose} images lie in '{root}' itself, in no class's sub-folder, and are left out."],
        ];
    }

    private static bool HasExtensionOfImages(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private IEnumerable<string> Files(string folder, HashSet<string> read)
    {
        if (LeadsBack(folder, read))
            return [];
        read.Add(RealPath.Of(folder));
        return OfUsers(Directory.GetFiles(folder)).Concat(OfUsers(Directory.GetDirectories(folder)).SelectMany(sub => Files(sub, read)));
    }

    private bool LeadsBack(string folder, HashSet<string> read)
    {
        if (!read.Contains(RealPath.Of(folder)))
            return false;
        _circles.Add(folder);
        return true;
    }

    private IEnumerable<string> OfUsers(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            string name = Path.GetFileName(path);
            if (wanted.Contains(name) || !(name.StartsWith('.') || Tools.Contains(name)))
                yield return path;
            else if (HasExtensionOfImages(path) || Directory.Exists(path)) // Nobody takes a .DS_Store for a picture.
                _tools.Add(name.Trim());
        }
    }

    private bool IsImage(string path)
    {
        if (HasExtensionOfImages(path) || ImageFile.IsImage(path))
            return true;
        string extension = Path.GetExtension(path) is { Length: > 0 } some ? some.ToLowerInvariant() : "without an extension";
        _undecodable[extension] = _undecodable.GetValueOrDefault(extension) + 1;
        return false;
    }

    private static HashSet<string> Ancestors(string? path)
    {
        HashSet<string> ancestors = [];
        for (; path is not null; path = Path.GetDirectoryName(path))
            ancestors.Add(path);
        return ancestors;
    }
}
