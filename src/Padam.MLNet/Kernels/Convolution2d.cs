using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Two-dimensional convolution by the algorithm that suits its shape.</summary>
internal static class Convolution2d
{
    // With fewer tiles, transforming the filters costs more than the products save.
    private const int FewestTiles = 32;

    // With fewer channels, the transforms cost more than the products save.
    private const int FewestChannels = 16,
        FewestFilters = 512;

    // The same of laying out filters and pixels.
    private const int FewestOutputs = 256,
        FewestChannelsInPatches = 64;

    /// <summary>The convolution, with its gradient where one is needed.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, R, R].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="algorithm">Which algorithm computes it.</param>
    public static Tensor Apply(
        Tensor x,
        Tensor weight,
        Tensor? bias = null,
        int stride = 1,
        int padding = 1,
        Activation activation = Activation.None,
        ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Auto
    )
    {
        if (UsesPatches(algorithm, x, weight, stride, padding))
            return ConvolutionFunction<PatchConvolution>.Apply(x, weight, bias, stride, padding, activation);
        if (UsesWinograd(algorithm, x, weight, stride, padding))
            return ConvolutionFunction<WinogradConvolution>.Apply(x, weight, bias, stride, padding, activation);
        if (UsesIm2col(algorithm, x, weight, stride, padding))
            return ConvolutionFunction<Im2colConvolution>.Apply(x, weight, bias, stride, padding, activation);
        // The pixels that are passed over are taken out first: libtorch's gradient for the filters writes beyond its memory there, in
        // channels-last and with few channels.
        if (weight.shape[2] == 1 && stride > 2 && padding == 0)
            (x, stride) = (x.slice(2, 0, x.shape[2], stride).slice(3, 0, x.shape[3], stride), 1);
        Tensor y = nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]);
        return y.ActivatedInPlace(activation);
    }

    /// <summary>
    /// Whether <see cref="Apply"/> takes products of patches; depends on the settings, the shapes and the machine, never on a measurement.
    /// Not for 1x1 convolutions, which stand amid a network and need the gradient of their input.
    /// </summary>
    public static bool UsesPatches(ConvolutionAlgorithm algorithm, Tensor x, Tensor weight, int stride, int padding) =>
        IsForKernels(algorithm, x, weight)
        && weight.shape[2] > 1
        && PatchConvolution.Supports(ConvolutionShape.Of(x, weight, stride, padding));

    /// <summary>
    /// Whether <see cref="Apply"/> takes Winograd's algorithm; depends on the settings, the shapes and the machine, never on a measurement.
    /// </summary>
    public static bool UsesWinograd(ConvolutionAlgorithm algorithm, Tensor x, Tensor weight, int stride, int padding)
    {
        if (!IsForKernels(algorithm, x, weight))
            return false;
        ConvolutionShape shape = ConvolutionShape.Of(x, weight, stride, padding);
        return WinogradConvolution.Supports(shape) && (algorithm == ConvolutionAlgorithm.Winograd || IsQuickerByWinograd(shape));
    }

    /// <summary>
    /// Whether <see cref="Apply"/> lays out pixels and multiplies; depends on the settings, the shapes and the machine, never on a
    /// measurement.
    /// </summary>
    public static bool UsesIm2col(ConvolutionAlgorithm algorithm, Tensor x, Tensor weight, int stride, int padding)
    {
        if (!IsForKernels(algorithm, x, weight))
            return false;
        ConvolutionShape shape = ConvolutionShape.Of(x, weight, stride, padding);
        return Im2colConvolution.Supports(shape) && IsQuickerByIm2col(shape);
    }

    /// <summary>
    /// The rule for 1x1 convolutions and 3x3 ones with stride 2, from measurements of forward and backward pass together: there are 256
    /// outputs, and 64 channels on each side, or with 1x1 kernels on one side and 16 on the other. With narrower ones libtorch's is the
    /// quicker.
    /// </summary>
    public static bool IsQuickerByIm2col(ConvolutionShape shape)
    {
        (long narrow, long wide) = (Math.Min(shape.Inputs, shape.Outputs), Math.Max(shape.Inputs, shape.Outputs));
        bool isWide = shape switch
        {
            { Kernel: 1, Stride: 1 or 2, Padding: 0 } => narrow >= FewestChannels && wide >= FewestChannelsInPatches,
            { Kernel: 3, Stride: 2 } => narrow >= FewestChannelsInPatches,
            _ => false,
        };
        return isWide && shape.Batch * shape.OutputHeight * shape.OutputWidth >= FewestOutputs;
    }

    /// <summary>
    /// The rule behind <see cref="ConvolutionAlgorithm.Auto"/>, from measurements over batches of 1 to 128, 8 to 512 channels and maps of
    /// 2x2 to 32x32: there are 32 tiles, at least half of the outputs in them lie on the map (a 5x5 map takes four tiles of 4x4), and there
    /// are 16 channels on each side and 512 pairs of them (16 to 32, 24 to 24).
    /// </summary>
    public static bool IsQuickerByWinograd(ConvolutionShape shape)
    {
        long side = WinogradConvolution.TileSide(shape);
        long down = (shape.OutputHeight + side - 1) / side,
            across = (shape.OutputWidth + side - 1) / side;
        bool isWellFilled = 2 * shape.OutputHeight * shape.OutputWidth >= down * across * side * side;
        bool isWide = Math.Min(shape.Inputs, shape.Outputs) >= FewestChannels && shape.Inputs * shape.Outputs >= FewestFilters;
        return isWellFilled && isWide && shape.Batch * down * across >= FewestTiles;
    }

    private static bool IsForKernels(ConvolutionAlgorithm algorithm, Tensor x, Tensor weight) =>
        algorithm != ConvolutionAlgorithm.Direct
        && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && weight.dtype == ScalarType.Float32
        && x.dim() == 4
        && weight.shape[2] == weight.shape[3];
}
