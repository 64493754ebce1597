using TorchSharp;

namespace Padam.MLNet.Kernels;

/// <summary>What the choice of a convolution's algorithm depends on.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Kernel">Rows and columns of the filter.</param>
/// <param name="Stride">The stride, in both directions.</param>
/// <param name="Padding">Rows and columns of zeros around the input.</param>
internal readonly record struct ConvolutionShape(
    long Batch,
    long Height,
    long Width,
    long Inputs,
    long Outputs,
    long Kernel = 3,
    long Stride = 1,
    long Padding = 1
)
{
    /// <summary>Whether the filter is no larger than the padded image; division would round up to an output otherwise.</summary>
    public bool KernelFits => Height + 2 * Padding >= Kernel && Width + 2 * Padding >= Kernel;

    /// <summary>Rows of the output.</summary>
    public long OutputHeight => (Height + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Columns of the output.</summary>
    public long OutputWidth => (Width + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>[N, K, H', W'].</summary>
    public long[] OutputSizes => [Batch, Outputs, OutputHeight, OutputWidth];

    /// <summary>The shape of a convolution of <paramref name="x"/> [N, C, H, W] with <paramref name="weight"/> [K, C, R, R].</summary>
    public static ConvolutionShape Of(torch.Tensor x, torch.Tensor weight, long stride = 1, long padding = 1)
    {
        ReadOnlySpan<long> image = x.shape,
            filter = weight.shape;
        return new ConvolutionShape(image[0], image[2], image[3], image[1], filter[0], filter[2], stride, padding);
    }
}
