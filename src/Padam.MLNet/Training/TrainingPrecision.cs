using Microsoft.ML.Runtime;
using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Whether device and network can do what <see cref="Compute.Precision"/> asks for.</summary>
internal static class TrainingPrecision
{
    /// <summary>Refuses a precision that the device does not have, and warns of one that it has at a price.</summary>
    /// <exception cref="InvalidOperationException">The device cannot do it.</exception>
    internal static void Require(Precision precision, Device device, IChannel log)
    {
        if (precision == Precision.TF32)
            RequireTF32(device);
        if (precision == Precision.BFloat16 && device.type == DeviceType.CPU && WarningOf(FastBFloat16.IsThere) is { } warning)
            log.Warning(MessageSensitivity.None, $"Compute.Precision is BFloat16, and {warning}");
    }

    /// <summary>What there is to say of bfloat16 on a processor; null where it is fast.</summary>
    /// <param name="isFast">Whether it has instructions for it; null where nothing is known.</param>
    internal static string? WarningOf(bool? isFast) =>
        isFast switch
        {
            true => null,
            false => "libtorch has no fast bfloat16 on this processor (it takes avx512_bf16, amx_bf16, or bf16 on ARM64): numbers are "
                + "rounded to it and multiplied as float32, which takes longer than Float32.",
            null => "whether this processor has fast bfloat16 is not known: it may take longer than Float32. Time a short training.",
        };

    private static void RequireTF32(Device device)
    {
        if (device.type == DeviceType.CPU)
            throw new InvalidOperationException(
                "Compute.Precision is TF32, which only GPUs have, and the training is on the CPU. Use Precision.Float32, or set "
                    + "GpuDeviceId."
            );
        if (TensorFloat32.IsMissing(device))
            throw new InvalidOperationException(
                $"Compute.Precision is TF32, and {device} multiplies in float32 all the same: NVIDIA's GPUs have TF32 from Ampere on, "
                    + "unless NVIDIA_TF32_OVERRIDE is 0. Use Precision.Float32."
            );
    }

    /// <summary>
    /// The memory of what layers keep, over that of float32: in bfloat16 each convolution keeps its input once more, of half the size,
    /// beside the two maps of float32 that normalisation keeps.
    /// </summary>
    internal static double MemoryOverFloat32(Precision precision) => precision == Precision.BFloat16 ? 1.25 : 1;

    /// <exception cref="ArgumentException">The network has weights that would not be multiplied in bfloat16.</exception>
    internal static void RequireLayers(nn.Module network, string backbone)
    {
        if (network.OtherThanLayers() is not var (name, module))
            return;
        string what = name.Length > 0 ? $"'{name}' is a {module.GetType().Name}" : $"it is a {module.GetType().Name}";
        throw new ArgumentException(
            $"Compute.Precision is BFloat16, which is for weights in the layers of Padam.MLNet.Layers, and in the backbone '{backbone}' "
                + $"{what}. Build it of Convolution, Dense and BatchNorm, or use Precision.Float32."
        );
    }
}
