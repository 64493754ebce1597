using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>How the elements of a tensor lie in memory.</summary>
/// <remarks>
/// TorchSharp has no <c>memory_format</c>: channels-last is NCHW shape over NHWC memory. The stride of a dimension of length 1 says nothing
/// about where elements lie.
/// </remarks>
internal static class TensorLayout
{
    /// <summary>The strides of [N, C, H, W] over NHWC memory, also for dimensions of length 1.</summary>
    public static long[] ChannelsLastStrides(ReadOnlySpan<long> shape) =>
        [shape[2] * shape[3] * shape[1], 1, shape[3] * shape[1], shape[1]];

    public static bool IsChannelsLast(this Tensor tensor) =>
        tensor.dim() == 4 && tensor.shape is var shape && AreSame(shape, tensor.stride(), ChannelsLastStrides(shape));

    /// <summary>The same values in channels-last memory: a view where they lie so already, else a copy.</summary>
    public static Tensor ToChannelsLast(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Whether the elements, in some order of the dimensions, lie one after the other without gap or overlap.</summary>
    public static bool IsDense(long[] shape, long[] strides)
    {
        long next = 1;
        foreach (int dimension in Enumerable.Range(0, shape.Length).Where(d => shape[d] != 1).OrderBy(d => strides[d]))
        {
            if (strides[dimension] != next)
                return false;
            next *= shape[dimension];
        }

        return true;
    }

    /// <summary>Whether the elements of two tensors of one shape lie alike.</summary>
    public static bool AreSame(long[] shape, long[] a, long[] b)
    {
        for (int d = 0; d < shape.Length; d++)
        {
            if (shape[d] != 1 && a[d] != b[d])
                return false;
        }

        return true;
    }
}
