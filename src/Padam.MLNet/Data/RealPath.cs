namespace Padam.MLNet.Data;

/// <summary>Where a path leads once every link in it is followed, so that two ways to one folder are seen to be one.</summary>
internal static class RealPath
{
    /// <exception cref="IOException">Links lead in a circle, or to where nothing is.</exception>
    internal static string Of(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        string here = Path.Combine(Of(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Of(target.FullName) : here;
    }
}
