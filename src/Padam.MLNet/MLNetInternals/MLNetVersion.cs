using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Padam.MLNet.MLNetInternals;

/// <summary>
/// Which ML.NET was loaded. What this room calls is private to ML.NET and may be another thing in another version: each way into the
/// library asks here first. (The version of ML.NET's assemblies is 1.0.0.0 in all of them; the informational version tells.)
/// </summary>
internal static class MLNetVersion
{
    private const string Wanted = "5.0";

    private static readonly string? LoadedFault =
        Fault("Microsoft.ML", InformationalVersion(typeof(IHostEnvironment)))
        ?? Fault("Microsoft.ML.ImageAnalytics", InformationalVersion(typeof(MLImage)));

    /// <exception cref="NotSupportedException">Another version was loaded; one sentence says which.</exception>
    internal static void Require()
    {
        if (LoadedFault is not null)
            throw new NotSupportedException(LoadedFault);
    }

    /// <summary>What is wrong with a version, as a sentence, or null.</summary>
    internal static string? Fault(string package, string? version) =>
        version?.StartsWith(Wanted + ".", StringComparison.Ordinal) == true
            ? null
            : $"{package} {version ?? "of no version"} was loaded, but Padam.MLNet calls private parts of {package} {Wanted}: "
                + $"reference {package} {Wanted} in the program that runs.";

    private static string? InformationalVersion(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
