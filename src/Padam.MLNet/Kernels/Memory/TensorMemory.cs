using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet.Kernels;

/// <summary>The memory behind a CPU tensor. TorchSharp's own view of it, a span, ends at 2 GiB.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of the tensor's first element; valid as long as the tensor is alive.</summary>
    /// <exception cref="ArgumentException">The tensor is not float32, or not in the CPU's memory.</exception>
    public static float* Floats(torch.Tensor tensor) =>
        tensor.dtype == torch.ScalarType.Float32 && tensor.device_type == DeviceType.CPU
            ? (float*)TorchSharpEntryPoints.Data(tensor)
            : throw new ArgumentException(
                $"A float32 tensor on the CPU is needed; this one is {tensor.dtype} on {tensor.device}.",
                nameof(tensor)
            );
}
