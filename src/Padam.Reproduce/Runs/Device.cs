using System.Globalization;
using Microsoft.ML;

namespace Padam.Reproduce.Runs;

/// <summary>cpu, cuda or cuda:N.</summary>
internal static class Device
{
    public static bool IsKnown(string name) => name == "cpu" || Index(name) is not null;

    /// <summary>Tells the context; a GPU that was asked for and is not there is an error, not the CPU in silence.</summary>
    public static void Choose(MLContext mlContext, string name)
    {
        mlContext.GpuDeviceId = Index(name);
        mlContext.FallbackToCpu = false;
    }

    private static int? Index(string name) =>
        name == "cuda" ? 0
        : name.StartsWith("cuda:", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
        : null;
}
