using System.Text.RegularExpressions;

namespace Padam.MLNet.Native;

/// <summary>
/// A program that was built with TorchSharp, by its deps.json. Its folder of native libraries holds libtorch and TorchSharp's own, the
/// latter as this package's build step leaves it: so it loads where the one in TorchSharp's package does not, for which a notebook, that
/// has no build, is glad.
/// </summary>
/// <param name="Libtorch">The version of its libtorch.</param>
/// <param name="TorchSharp">The version of its TorchSharp.</param>
internal sealed partial record BuiltProgram(Version Libtorch, Version TorchSharp)
{
    /// <summary>The program whose native libraries lie in a folder; null where there is none.</summary>
    /// <param name="natives">Its runtimes/linux-x64/native, or, where it was built for one system, the program's own folder.</param>
    internal static BuiltProgram? Of(string natives) =>
        new[] { natives, Path.Combine(natives, "..", "..", "..") }
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.deps.json").Order(StringComparer.Ordinal))
            .Select(file => Read(File.ReadAllText(file)))
            .FirstOrDefault(program => program is not null);

    private static BuiltProgram? Read(string dependencies) =>
        Libtorches().Match(dependencies) is { Success: true } libtorch && TorchSharps().Match(dependencies) is { Success: true } torchSharp
            ? new(Version.Parse(libtorch.Groups[1].ValueSpan), Version.Parse(torchSharp.Groups[1].ValueSpan))
            : null;

    [GeneratedRegex(@"""libtorch-c[\w.-]*/(\d+\.\d+\.\d+)")]
    private static partial Regex Libtorches();

    [GeneratedRegex(@"""TorchSharp/(\d+\.\d+\.\d+)")]
    private static partial Regex TorchSharps();
}
