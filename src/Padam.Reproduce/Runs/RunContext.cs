using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>ML.NET's context for one command: seed, device, and where the library's warnings are shown.</summary>
internal static class RunContext
{
    /// <param name="warn">Shows a warning, such as an image that was left out.</param>
    /// <param name="seed">Decides what the trainer's own does not.</param>
    /// <param name="device">cpu, cuda or cuda:N. A GPU that is asked for and not there is an error, not the CPU in silence.</param>
    public static MLContext Of(Action<string> warn, int? seed = null, string device = "cpu")
    {
        var mlContext = new MLContext(seed) { GpuDeviceId = GpuOf(device), FallbackToCpu = false };
        mlContext.Log += (_, message) =>
        {
            if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
                warn($"Warning: {ConsoleWords.Of(message.RawMessage)}");
        };
        return mlContext;
    }

    public static bool IsDevice(string name) => name == "cpu" || GpuOf(name) is not null;

    private static int? GpuOf(string name) =>
        name == "cuda" ? 0
        : name.StartsWith("cuda:", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
        : null;
}
