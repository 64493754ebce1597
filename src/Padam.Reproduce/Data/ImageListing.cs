using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Padam.Reproduce.Data;

/// <summary>What identifies a folder of images without reading all of them: names and lengths.</summary>
internal static class ImageListing
{
    /// <param name="folder">The folder with the classes' own.</param>
    /// <param name="paths">The images in it.</param>
    public static DataFile Of(string folder, IEnumerable<string> paths)
    {
        (string Name, long Length)[] images =
        [
            .. paths
                .Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), LengthOf(path)))
                .OrderBy(image => image.Item1, StringComparer.Ordinal),
        ];
        string list = string.Concat(images.Select(image => string.Create(CultureInfo.InvariantCulture, $"{image.Name}\t{image.Length}\n")));
        return new DataFile(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            images.Sum(image => image.Length),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list))),
            Published: null
        );
    }

    // A link's own length is that of the path in it.
    private static long LengthOf(string path) =>
        new FileInfo(new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path).Length;
}
