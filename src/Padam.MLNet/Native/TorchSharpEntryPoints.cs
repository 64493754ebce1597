using System.Runtime.InteropServices;
using TorchSharp;

namespace Padam.MLNet.Native;

/// <summary>
/// The private entry points of TorchSharp's native library that this library calls. Their signatures are those of one version of
/// TorchSharp, and no other is called.
/// </summary>
internal static unsafe partial class TorchSharpEntryPoints
{
    private const string Library = "LibTorchSharp";

    private static readonly string? Fault = LoadedAssembly.Fault(typeof(torch).Assembly.GetName(), major: 0, minor: 107);

    /// <exception cref="NotSupportedException">Another version of TorchSharp was loaded.</exception>
    public static void RequireVersion()
    {
        if (Fault is not null)
            throw new NotSupportedException(Fault);
    }

    /// <summary>The address of a tensor's first element.</summary>
    public static nint Data(torch.Tensor tensor)
    {
        RequireVersion();
        nint data = THSTensor_data(tensor.Handle);
        GC.KeepAlive(tensor);
        return data;
    }

    /// <summary>A float32 tensor over memory that is not libtorch's. (TorchSharp offers that only for managed arrays.)</summary>
    /// <param name="data">The first element.</param>
    /// <param name="length">How many elements.</param>
    /// <param name="deleter">Called with <paramref name="data"/> on whichever thread lets go of the last reference.</param>
    public static torch.Tensor TensorOver(nint data, long length, delegate* unmanaged[Cdecl]<nint, void> deleter)
    {
        RequireVersion();
        const sbyte float32 = (sbyte)torch.ScalarType.Float32;
        nint handle = THSTensor_new(data, deleter, &length, 1, float32, float32, (int)DeviceType.CPU, -1, 0);
        return handle != 0
            ? torch.Tensor.UnsafeCreateTensor(handle)
            : throw new InvalidOperationException($"libtorch takes no memory of ours for a tensor of {length} numbers.");
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint THSTensor_data(nint tensor);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint THSTensor_new(
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> deleter,
        long* sizes,
        int dimensions,
        sbyte type,
        sbyte dtype,
        int deviceType,
        int deviceIndex,
        byte requiresGradient
    );
}
