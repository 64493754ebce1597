using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Convolution by libtorch's operators, of any shape and type, on any device.</summary>
internal static class LibtorchConvolution
{
    /// <summary>The convolution, which autograd differentiates.</summary>
    /// <param name="x">[N, C, H, W], best in channels-last layout.</param>
    /// <param name="weight">[K, C, R, S].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">The stride, in both directions.</param>
    /// <param name="padding">Rows and columns of zeros around each image.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding) =>
        weight.shape is [_, _, 1, 1] && padding == 0 && x.dim() == 4 && x.device_type == TorchSharp.DeviceType.CPU
            ? ByPixel(x, weight, bias, stride)
            : nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]);

    /// <summary>
    /// A 1x1 convolution as what it is, a linear layer at each pixel. On a processor that does not tell the sizes of its caches, as under
    /// some hypervisors, libtorch's own in channels-last layout (oneDNN's <c>brgconv_1x1</c>) gives other numbers or divides by zero; with
    /// a stride above 2 and few channels, its gradient for the filters writes beyond its memory.
    /// </summary>
    private static Tensor ByPixel(Tensor x, Tensor weight, Tensor? bias, int stride)
    {
        using Tensor pixels = x.permute(0, 2, 3, 1),
            rows = pixels.slice(1, 0, x.shape[2], stride),
            seen = rows.slice(2, 0, x.shape[3], stride),
            matrix = weight.flatten(1),
            y = nn.functional.linear(seen, matrix, bias);
        return y.permute(0, 3, 1, 2);
    }
}
