using System.Reflection;

namespace Padam.MLNet.Native;

/// <summary>Whether an assembly that was loaded is of the version whose private parts this library was written for.</summary>
internal static class LoadedAssembly
{
    /// <summary>What is wrong with it, as a sentence, or null.</summary>
    /// <param name="loaded">The assembly's name, with its version.</param>
    /// <param name="major">The major version that is needed.</param>
    /// <param name="minor">The minor version that is needed.</param>
    internal static string? Fault(AssemblyName loaded, int major, int minor) =>
        loaded.Version is { } version && (version.Major, version.Minor) == (major, minor)
            ? null
            : $"{loaded.Name} {loaded.Version} was loaded, but Padam.MLNet calls private entry points of {loaded.Name} {major}.{minor}: "
                + $"reference {loaded.Name} {major}.{minor} in the program that runs.";
}
