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
    /// <returns>The package's file.</returns>
    public static string In(string output, string? version = null)
    {
        string configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);
        string[] arguments = ["pack", Path.Combine(Repository.Root, "src", "Padam.MLNet"), "--no-build", "-c", configuration, "-o", output];
        string[] versioned = version is null ? [] : [$"-p:PackageVersion={version}"];
        using Process pack = Process.Start(new ProcessStartInfo("dotnet", [.. arguments, .. versioned]) { RedirectStandardOutput = true })!;
        string said = pack.StandardOutput.ReadToEnd();
        pack.WaitForExit();
        Assert.AreEqual(0, pack.ExitCode, said);
        return Directory.GetFiles(output, "*.nupkg").Single();
    }
}
