using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Which convolutions go by Winograd. A rule on the shape, never a timing: the same settings must give the same bits.</summary>
internal static class ConvolutionRule
{
    internal static bool UsesWinograd(ConvolutionAlgorithm algorithm, Tensor input, Tensor weight, long stride, long padding)
    {
        if (algorithm == ConvolutionAlgorithm.Direct || input.device_type != DeviceType.CPU || input.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32) return false;
        var shape = ConvolutionShape.Of(input, weight, stride, padding);
        return WinogradConvolution.Supports(shape) && (algorithm == ConvolutionAlgorithm.Winograd || IsQuicker(shape));
    }

    // Below 4x4 most of a tile is padding.
    private static bool IsQuicker(ConvolutionShape shape) => shape is { Height: >= 4, Width: >= 4 };
}
