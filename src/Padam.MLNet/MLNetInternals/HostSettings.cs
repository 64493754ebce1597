using Microsoft.ML.Runtime;

namespace Padam.MLNet.MLNetInternals;

/// <summary>What an MLContext was told that only ML.NET's internal interfaces give to a component.</summary>
internal static class HostSettings
{
    internal static int? Seed(IHostEnvironment env) => (env as IHostEnvironmentInternal)?.Seed;

    internal static (int? DeviceId, bool FallbackToCpu) Gpu(IHostEnvironment env) =>
        env is IHostEnvironmentInternal host ? (host.GpuDeviceId, host.FallbackToCpu) : (null, true);

    internal static bool IsCanceled(IHostEnvironment env) => env is ICancelable { IsCanceled: true };
}
