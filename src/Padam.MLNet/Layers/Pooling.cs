using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// The largest value of each square of pixels, [N, C, H, W] to [N, C, H', W'], as torch.nn.MaxPool2d. It has no parameters.
/// </summary>
/// <param name="size">Rows and columns of a square, at least 1.</param>
/// <param name="stride">Pixels from square to square. The default value is null: <paramref name="size"/>.</param>
/// <param name="padding">Rows and columns around each image that are never the largest; at most half the square.</param>
public sealed class MaxPool(int size, int? stride = null, int padding = 0) : nn.Module<Tensor, Tensor>(nameof(MaxPool)), IExportable
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        (size, stride ?? size, padding) == (2, 2, 0)
            ? MaxPooling.Apply(input)
            : nn.functional.max_pool2d(input, size, stride ?? size, padding);

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) =>
        graph.MaxPool(input, KernelWindow.Square(size, stride ?? size, padding));
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
