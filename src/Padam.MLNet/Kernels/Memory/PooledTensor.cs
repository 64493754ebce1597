using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Tensors over memory of <see cref="MemoryPool"/>, for what kernels put out: maps and gradients. When libtorch lets go of one, its memory
/// waits for the next.
/// </summary>
internal static unsafe class PooledTensor
{
    /// <summary>A channels-last float32 map [N, C, H, W] with arbitrary content.</summary>
    public static Tensor ChannelsLast(long[] shape, string owner) => Empty(shape, TensorLayout.ChannelsLastStrides(shape), owner);

    /// <summary>A float32 tensor of the shape and layout of another, which has no gaps, with arbitrary content.</summary>
    public static Tensor EmptyLike(Tensor tensor, string owner) => Empty(tensor.shape, tensor.stride(), owner);

    private static Tensor Empty(long[] shape, long[] strides, string owner)
    {
        long length = shape.Aggregate(1L, (a, b) => a * b);
        using var scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        MemoryPool.CountTensor();
        nint address = MemoryPool.Rent(checked(sizeof(float) * length), owner).Address;
        Tensor row = TorchSharpEntryPoints.TensorOver(address, length, &Return);
        // Not a view of the row: autograd forbids some things for views that a custom function puts out.
        return CpuTensors.Empty([0]).set_(row.as_strided(shape, strides)).MoveToOuterDisposeScope();
    }

    // libtorch calls it on whichever thread lets go of the last reference.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Return(nint address) => MemoryPool.Return(address);
}
