using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>A value of a network that is written down: what one operator hands to the next.</summary>
/// <param name="Name">By which operators refer to it.</param>
/// <param name="Shape">Its shape without the batch: [C, H, W] of maps, [C] of vectors.</param>
internal sealed record GraphValue(string Name, long[] Shape);

/// <summary>How a square or rectangular kernel moves over a map; rows before columns.</summary>
internal sealed record KernelWindow(long[] Size, long[] Stride, long[] Padding, long[] Dilation)
{
    internal static KernelWindow Square(int size, int stride, int padding) =>
        new([size, size], [stride, stride], [padding, padding], [1, 1]);

    /// <summary>Height and width of what comes out of a map [C, H, W].</summary>
    internal long[] Output(long[] map) => [Output(map[1], 0), Output(map[2], 1)];

    private long Output(long side, int axis) => ((side + (2 * Padding[axis]) - (Dilation[axis] * (Size[axis] - 1)) - 1) / Stride[axis]) + 1;
}

/// <summary>
/// Takes down what a network in evaluation mode computes, operator by operator, for a file that other programs run. What is told here and
/// what <c>forward</c> does must be the same; tests run both.
/// </summary>
internal interface IGraphBuilder
{
    /// <summary>A layer, or many: one of ours, or of TorchSharp's whose meaning is known.</summary>
    /// <exception cref="NotSupportedException">It is none of these; the message names it.</exception>
    GraphValue Module(nn.Module module, GraphValue input);

    /// <summary>A convolution of a map by weights [out, in / groups, k, k], and a bias [out] added.</summary>
    GraphValue Convolution(GraphValue input, Tensor weight, Tensor? bias, KernelWindow window, long groups = 1);

    /// <summary>A vector multiplied by weights [out, in], and a bias [out] added.</summary>
    GraphValue Dense(GraphValue input, Tensor weight, Tensor? bias);

    /// <summary>Each channel of a map multiplied by its scale, and its shift added; both [C].</summary>
    GraphValue Affine(GraphValue input, Tensor scale, Tensor shift);

    /// <summary>Numbers of the value's shape taken off.</summary>
    GraphValue Subtract(GraphValue input, Tensor numbers);

    /// <summary>The sum of two values of one shape.</summary>
    GraphValue Sum(GraphValue a, GraphValue b);

    /// <summary>All numbers multiplied by one.</summary>
    GraphValue Multiply(GraphValue input, double factor);

    /// <summary>An activation, number by number.</summary>
    GraphValue Activated(GraphValue input, Activation activation);

    /// <summary>The largest number under the kernel.</summary>
    GraphValue MaxPool(GraphValue input, KernelWindow window);

    /// <summary>The mean over a map of fixed size, as adaptive average pooling has it.</summary>
    GraphValue AveragePoolTo(GraphValue input, long height, long width);

    /// <summary>The mean of each channel over the whole map, [C].</summary>
    GraphValue Mean(GraphValue input);

    /// <summary>The largest number of each channel over the whole map, [C].</summary>
    GraphValue Largest(GraphValue input);

    /// <summary>All numbers of an image as one vector.</summary>
    GraphValue Flatten(GraphValue input);
}

/// <summary>A module that can write down what it computes.</summary>
internal interface IExportable
{
    /// <summary>What <c>forward</c> does in evaluation mode. Temporaries go with the caller's dispose scope.</summary>
    GraphValue Export(IGraphBuilder graph, GraphValue input);
}
