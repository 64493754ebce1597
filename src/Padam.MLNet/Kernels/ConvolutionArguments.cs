using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>What is refused before a kernel of a convolution touches any memory.</summary>
internal static class ConvolutionArguments
{
    /// <summary>The shape of a convolution that some kernels take.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="weight">[K, C, R, R].</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    /// <param name="supports">Whether the kernels take it.</param>
    /// <param name="kernels">What they are called, plural.</param>
    /// <exception cref="ArgumentException">The tensors do not go together, or the kernels do not take them.</exception>
    public static ConvolutionShape Checked(
        Tensor x,
        Tensor weight,
        int stride,
        int padding,
        Predicate<ConvolutionShape> supports,
        string kernels
    )
    {
        bool goTogether = x.dim() == 4 && weight.dim() == 4 && x.shape[1] == weight.shape[1] && weight.shape[2] == weight.shape[3];
        if (!goTogether || stride < 1 || padding < 0)
        {
            throw new ArgumentException(
                $"No convolution: input [{string.Join(", ", x.shape)}], weight [{string.Join(", ", weight.shape)}], stride {stride}, "
                    + $"padding {padding}."
            );
        }

        ConvolutionShape shape = ConvolutionShape.Of(x, weight, stride, padding);
        return supports(shape)
            ? shape
            : throw new ArgumentException($"{kernels} do not cover {shape} on this machine; use direct convolution.");
    }

    /// <exception cref="ArgumentException">There is a bias, and it is not one number an output.</exception>
    public static void CheckBias(Tensor? bias, ConvolutionShape shape)
    {
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != shape.Outputs))
        {
            throw new ArgumentException(
                $"A bias of {shape.Outputs} values is needed, this one is [{string.Join(", ", bias.shape)}].",
                nameof(bias)
            );
        }
    }

    /// <exception cref="ArgumentException">The gradient does not have the shape of the output.</exception>
    public static void CheckGradient(Tensor dy, ConvolutionShape shape)
    {
        if (!dy.shape.SequenceEqual(shape.OutputSizes))
        {
            throw new ArgumentException(
                $"The gradient of an output [{string.Join(", ", shape.OutputSizes)}] has its shape, not [{string.Join(", ", dy.shape)}].",
                nameof(dy)
            );
        }
    }
}
