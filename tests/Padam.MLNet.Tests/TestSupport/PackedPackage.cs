using System.Diagnostics;

namespace Padam.MLNet.Tests;

/// <summary>The library's package, packed from what is built.</summary>
internal static class PackedPackage
{
    /// <param name="output">The folder that gets the package.</param>
    /// <param name="version">
    /// Its version; null for the library's own. NuGet keeps the first package of a version that it saw, so what is restored from needs
    /// one of its own.
    /// </param>
    /// <param name="repository">Where the repository stands; null where that is not known.</param>
    /// <returns>The package's file.</returns>
    public static string In(string output, string? version = null, string? repository = null)
    {
        string project = Path.Combine(Repository.Root, "src", "Padam.MLNet");
        string[] arguments = ["pack", project, "--no-build", "-c", Repository.Configuration, "-o", output];
        string[] versioned = version is null ? [] : [$"-p:PackageVersion={version}"];
        string[] linked = repository is null ? [] : [$"-p:RepositoryUrl={repository}"];
        var start = new ProcessStartInfo("dotnet", [.. arguments, .. versioned, .. linked]) { RedirectStandardOutput = true };
        using Process pack = Process.Start(start)!;
        string said = pack.StandardOutput.ReadToEnd();
        pack.WaitForExit();
        Assert.AreEqual(0, pack.ExitCode, said);
        return Directory.GetFiles(output, "*.nupkg").Single();
    }
}
