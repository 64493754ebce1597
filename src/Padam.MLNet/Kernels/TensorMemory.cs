using System.Runtime.InteropServices;
using TorchSharp;

namespace Padam.MLNet.Kernels;

/// <summary>The memory behind a CPU tensor. TorchSharp's own view of it, a span, ends at 2 GiB.</summary>
internal static unsafe partial class TensorMemory
{
    private const int HugePage = 2 << 20;
    private const int MadviseHugePage = 14;

    // glibc returns blocks from this size on to the system at once, whatever was learnt from earlier requests.
    private const long AlwaysFresh = 32 << 20;

    /// <summary>The address of the tensor's first element; valid as long as the tensor is alive.</summary>
    /// <exception cref="ArgumentException">The tensor is not float32, or not in the CPU's memory.</exception>
    public static float* Floats(torch.Tensor tensor)
    {
        if (tensor.dtype != torch.ScalarType.Float32 || tensor.device_type != DeviceType.CPU)
        {
            throw new ArgumentException($"A float32 tensor on the CPU is needed; this one is {tensor.dtype} on {tensor.device}.", nameof(tensor));
        }

        return (float*)THSTensor_data(tensor.Handle);
    }

    /// <summary>Memory for float32 maps [N, C, H, W] in channels-last layout; its content is arbitrary.</summary>
    public static torch.Tensor EmptyChannelsLast(long[] shape)
    {
        (long channels, long height, long width) = (shape[1], shape[2], shape[3]);
        torch.Tensor tensor = torch.empty_strided(shape, [height * width * channels, 1, width * channels, channels], dtype: torch.ScalarType.Float32);
        PreferHugePages(tensor);
        return tensor;
    }

    /// <summary>
    /// Asks Linux to back a large tensor that nothing has been written to yet with huge pages. The first touch of a 32 MiB map in small pages
    /// takes 8,192 page faults, which cost a quarter of the convolution that fills it.
    /// </summary>
    private static void PreferHugePages(torch.Tensor tensor)
    {
        long bytes = tensor.numel() * sizeof(float);
        if (bytes < AlwaysFresh || !OperatingSystem.IsLinux()) return;
        nint start = (nint)Floats(tensor), first = (start + HugePage - 1) / HugePage * HugePage;
        // Advice only: a kernel that does not take it changes nothing but the time.
        _ = Advise(first, (nuint)(start + (nint)bytes - first), MadviseHugePage);
    }

    [LibraryImport("LibTorchSharp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint THSTensor_data(nint tensor);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);
}
