using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// The largest value of each square of pixels, [N, C, H, W] to [N, C, H', W'], as torch.nn.MaxPool2d. It has no parameters.
/// </summary>
public sealed class MaxPool : nn.Module<Tensor, Tensor>, IExportable
{
    private readonly int _size,
        _stride,
        _padding;

    /// <summary>Makes the layer.</summary>
    /// <param name="size">Rows and columns of a square, at least 1.</param>
    /// <param name="stride">Pixels from square to square, at least 1. The default value is null: <paramref name="size"/>.</param>
    /// <param name="padding">Rows and columns around each image that are never the largest; at most half the square.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public MaxPool(int size, int? stride = null, int padding = 0)
        : base(nameof(MaxPool))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride ?? size, 1, nameof(stride));
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padding, size / 2);
        (_size, _stride, _padding) = (size, stride ?? size, padding);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        (_size, _stride, _padding) == (2, 2, 0) ? MaxPooling.Apply(input) : nn.functional.max_pool2d(input, _size, _stride, _padding);

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) =>
        graph.MaxPool(input, KernelWindow.Square(_size, _stride, _padding));
}

/// <summary>The mean of each channel over the whole map, [N, C, H, W] to [N, C]. It has no parameters.</summary>
public sealed class GlobalAveragePool() : nn.Module<Tensor, Tensor>(nameof(GlobalAveragePool)), IExportable
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.mean([2, 3]);
    }

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) => graph.Mean(input);
}
