namespace Padam.MLNet.Tests;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("padam-tests-");

    public string this[string name] => System.IO.Path.Combine(folder.FullName, name);

    public string Path => folder.FullName;

    public string[] Files => [.. folder.EnumerateFiles().Select(file => file.Name)];

    public void Dispose() => folder.Delete(recursive: true);
}
