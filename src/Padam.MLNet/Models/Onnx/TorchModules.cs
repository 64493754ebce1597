using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>What TorchSharp's own modules compute in evaluation mode, written down; those whose meaning is known.</summary>
internal static class TorchModules
{
    private delegate GraphValue Exporter(nn.Module module, GraphBuilder graph, GraphValue input);

    // By the very type: a class that inherits may do something else.
    private static readonly Dictionary<Type, Exporter> Known = new([
        For<Sequential>(InTurn),
        For<Linear>((layer, graph, input) => graph.Dense(input, layer.weight!, layer.bias)),
        For<Conv2d>(Convolution),
        For<BatchNorm2d>(Normalization),
        For<ReLU>((_, graph, input) => graph.Activated(input, Activation.Relu)),
        For<SiLU>((_, graph, input) => graph.Activated(input, Activation.Silu)),
        For<GELU>(Gelu),
        For<MaxPool2d>(MaxPool),
        For<AvgPool2d>(AveragePool),
        For<AdaptiveAvgPool2d>(AdaptiveAveragePool),
        For<Flatten>(Flatten),
        For<Dropout>((_, _, input) => input),
        For<Identity>((_, _, input) => input),
    ]);

    /// <exception cref="NotSupportedException">It is none of them, or has a setting that is not known here.</exception>
    internal static GraphValue Export(nn.Module module, GraphBuilder graph, GraphValue input) =>
        Known.TryGetValue(module.GetType(), out Exporter? export)
            ? export(module, graph, input)
            : throw new NotSupportedException(
                $"The network has a module of the type {module.GetType().Name}, and what it computes is not known, so that it cannot be "
                    + "written as ONNX. Built-in networks can, and those of Padam.MLNet.Layers and TorchSharp's "
                    + $"{string.Join(", ", Known.Keys.Select(type => type.Name))}."
            );

    private static KeyValuePair<Type, Exporter> For<T>(Func<T, GraphBuilder, GraphValue, GraphValue> export)
        where T : nn.Module => new(typeof(T), (module, graph, input) => export((T)module, graph, input));

    private static GraphValue InTurn(Sequential modules, GraphBuilder graph, GraphValue input) =>
        modules.children().Aggregate(input, (value, module) => graph.Module(module, value));

    private static GraphValue Convolution(Conv2d layer, GraphBuilder graph, GraphValue input)
    {
        Refuse(layer, layer.padding_mode != PaddingModes.Zeros, $"padding_mode {layer.padding_mode}");
        Refuse(layer, layer.padding_type == Padding.Same, "the padding Same");
        long[] padding = layer.padding_type is null && layer.padding is { } sides ? sides : [0];
        KernelWindow window = new(Pair(layer.kernel_size), Pair(layer.stride), Pair(padding), Pair(layer.dilation));
        return graph.Convolution(input, layer.weight!, layer.bias, window, layer.groups);
    }

    private static GraphValue Normalization(BatchNorm2d layer, GraphBuilder graph, GraphValue input)
    {
        Refuse(layer, !layer.track_running_stats, "statistics of the batch");
        using Scalar small = Scalars.Of(layer.eps);
        Tensor factor = layer.running_var!.add(small, Scalars.One).rsqrt(),
            scale = layer.weight is { } weight ? weight.mul(factor) : factor,
            offset = layer.running_mean!.mul(scale).neg();
        return graph.Affine(input, scale, layer.bias is { } bias ? offset.add(bias, Scalars.One) : offset);
    }

    private static GraphValue Gelu(GELU layer, GraphBuilder graph, GraphValue input)
    {
        Refuse(layer, layer.approximate != GELU.Approximate.none, $"the approximation {layer.approximate}");
        return graph.Activated(input, Activation.Gelu);
    }

    private static GraphValue MaxPool(MaxPool2d layer, GraphBuilder graph, GraphValue input)
    {
        Refuse(layer, layer.ceil_mode, "ceil_mode");
        Refuse(layer, layer.dilation is { } dilation && dilation.Any(step => step != 1), "a dilation");
        return graph.MaxPool(input, Window(layer.kernel_size, layer.stride, layer.padding));
    }

    private static GraphValue AveragePool(AvgPool2d layer, GraphBuilder graph, GraphValue input)
    {
        Refuse(layer, layer.ceil_mode, "ceil_mode");
        Refuse(layer, layer.divisor_override is not null, "divisor_override");
        return graph.AveragePool(input, Window(layer.kernel_size, layer.stride, layer.padding), layer.count_include_pad);
    }

    private static GraphValue AdaptiveAveragePool(AdaptiveAvgPool2d layer, GraphBuilder graph, GraphValue input)
    {
        long[] size = Pair(layer.output_size);
        Refuse(layer, size.Any(side => side < 1), $"the size {string.Join("x", size)}");
        return graph.AveragePoolTo(input, size[0], size[1]);
    }

    private static GraphValue Flatten(Flatten layer, GraphBuilder graph, GraphValue input)
    {
        bool isWhole = layer.start_dim == 1 && (layer.end_dim == -1 || layer.end_dim == input.Shape.Length);
        Refuse(layer, !isWhole, $"the sides {layer.start_dim} to {layer.end_dim}");
        return graph.Flatten(input);
    }

    private static KernelWindow Window(long[] size, long[]? stride, long[]? padding) =>
        new(Pair(size), Pair(stride is null or [] ? size : stride), Pair(padding is null or [] ? [0] : padding), [1, 1]);

    private static long[] Pair(long[] sides) => sides is [var both] ? [both, both] : sides;

    private static void Refuse(nn.Module layer, bool isRefused, string setting)
    {
        if (isRefused)
            throw new NotSupportedException($"The network has a {layer.GetType().Name} with {setting}, which is not written as ONNX.");
    }
}
