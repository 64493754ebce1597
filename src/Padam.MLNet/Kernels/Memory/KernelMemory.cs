using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Memory for what kernels put out: maps and gradients. When autograd lets go of one, its block waits here for the next. From libtorch's
/// allocator, glibc's heap,
/// they cost fresh pages in every training step, and the heap falls apart: a block freed there cannot serve the next request of the same
/// size and alignment.
/// </summary>
internal static unsafe partial class KernelMemory
{
    /// <summary>Smaller tensors come from libtorch's allocator, which is good at them.</summary>
    private const long SmallestKept = 1 << 20;

    private static readonly Lock Access = new();
    private static readonly Dictionary<nint, nuint> Taken = [];
    private static readonly SortedSet<(nuint Bytes, nint Address)> Free = [];

    /// <summary>A channels-last float32 map [N, C, H, W] with arbitrary content.</summary>
    public static Tensor Map(long[] shape) => Empty(shape, [shape[2] * shape[3] * shape[1], 1, shape[3] * shape[1], shape[1]]);

    /// <summary>A float32 tensor of the shape and layout of another, which has no gaps, with arbitrary content.</summary>
    public static Tensor Like(Tensor tensor) => Empty(tensor.shape, tensor.stride());

    /// <summary>Gives the blocks that wait for their next use back to the system.</summary>
    public static void GiveBack()
    {
        lock (Access)
        {
            foreach ((nuint bytes, nint address) in Free)
                Pages.Release(address, bytes);
            Free.Clear();
        }
    }

    private static Tensor Empty(long[] shape, long[] strides)
    {
        long length = shape.Aggregate((a, b) => a * b),
            bytes = sizeof(float) * length;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Tensor row = bytes < SmallestKept ? empty(length, ScalarType.Float32) : Over(Take((nuint)bytes), length);
        // Not a view of the row: autograd forbids some things for views that a custom function puts out.
        return empty(0).set_(row.as_strided(shape, strides)).MoveToOuterDisposeScope();
    }

    private static nint Take(nuint bytes)
    {
        lock (Access)
        {
            (nuint Bytes, nint Address) fitting = Free.GetViewBetween((bytes, nint.MinValue), (nuint.MaxValue, nint.MaxValue)).Min;
            if (fitting.Address != 0)
                Free.Remove(fitting);
            else
                fitting = (bytes, Pages.Reserve(bytes));
            Taken.Add(fitting.Address, fitting.Bytes);
            return fitting.Address;
        }
    }

    // libtorch calls it on whichever thread lets go of the last reference.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Return(nint address)
    {
        lock (Access)
        {
            Taken.Remove(address, out nuint bytes);
            Free.Add((bytes, address));
        }
    }

    private static Tensor Over(nint address, long length)
    {
        const sbyte float32 = (sbyte)ScalarType.Float32;
        nint handle = THSTensor_new(address, &Return, &length, 1, float32, float32, (int)DeviceType.CPU, -1, 0);
        return handle != 0
            ? Tensor.UnsafeCreateTensor(handle)
            : throw new InvalidOperationException($"libtorch takes no memory of ours for a tensor of {length} numbers.");
    }

    // TorchSharp offers tensors over memory with a deleter only for managed arrays, which the garbage collector would clear.
    [LibraryImport("LibTorchSharp")]
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
