using Microsoft.ML;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>A GPU for the tests that need one; where libtorch sees none they are skipped.</summary>
internal static class Gpu
{
    internal static Device Device => new(DeviceType.CUDA, 0);

    /// <summary>A context whose networks run on the GPU, and nowhere else.</summary>
    internal static MLContext Context() => new(seed: 1) { GpuDeviceId = 0, FallbackToCpu = false };

    internal static void Require()
    {
        NativeLibraries.EnsureLoaded();
        if (!cuda.is_available())
            Assert.Inconclusive("libtorch sees no CUDA device.");
    }
}
