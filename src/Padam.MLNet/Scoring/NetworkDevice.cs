using Microsoft.ML.Runtime;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>Where networks run, by ML.NET's own settings: <c>mlContext.GpuDeviceId</c> and <c>FallbackToCpu</c>.</summary>
internal static class NetworkDevice
{
    /// <summary>The CPU unless a GPU was asked for.</summary>
    /// <exception cref="InvalidOperationException">A GPU was asked for, there is none, and falling back is off.</exception>
    internal static Device Of(IHostEnvironment env, IChannel log)
    {
        NativeLibraries.EnsureLoaded();
        (int? gpu, bool fallBack) = HostSettings.Gpu(env);
        if (gpu is null)
            return CPU;
        if (cuda.is_available() && gpu < cuda.device_count())
            return new Device(DeviceType.CUDA, gpu.Value);

        string reason = cuda.is_available()
            ? $"there are {cuda.device_count()} CUDA devices"
            : "libtorch sees no CUDA device (build with -p:TorchBackend=cuda-linux; see the README)";
        if (!fallBack)
            throw new InvalidOperationException($"GpuDeviceId is {gpu}, but {reason}. Set FallbackToCpu, or leave GpuDeviceId null.");
        log.Warning(MessageSensitivity.None, $"GpuDeviceId is {gpu}, but {reason}: falling back to the CPU.");
        return CPU;
    }
}
