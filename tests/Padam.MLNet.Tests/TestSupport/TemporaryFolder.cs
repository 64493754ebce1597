namespace Padam.MLNet.Tests;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("padam-tests-");

    /// <summary>The path of what has this name in it, or of what lies deeper.</summary>
    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    public string Path => folder.FullName;

    public string[] Files => [.. folder.EnumerateFiles().Select(file => file.Name)];

    public void Dispose() => folder.Delete(recursive: true);
}
