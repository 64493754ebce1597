using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>Convolution, 2x2 pooling, normalisation, GELU; convolution, normalisation, GELU: a third of airbench94's network.</summary>
internal sealed class AirbenchGroup : nn.Module<Tensor, Tensor>, IExportable
{
    private readonly Convolution conv1,
        conv2;
    private readonly BatchNorm norm1,
        norm2;

    public AirbenchGroup(int channels, int width, BackboneSettings settings)
        : base(nameof(AirbenchGroup))
    {
        register_module(nameof(conv1), conv1 = Convolution.ForBackbone(channels, width, kernel: 3));
        register_module(nameof(norm1), norm1 = settings.BatchNorm(width));
        register_module(nameof(conv2), conv2 = Convolution.ForBackbone(width, width, kernel: 3));
        register_module(nameof(norm2), norm2 = settings.BatchNorm(width));
        norm1.Weight.requires_grad = norm2.Weight.requires_grad = false;
    }

    /// <summary>What is folded for scoring; the first normalisation comes after the pooling.</summary>
    public (Convolution, BatchNorm) Pair => (conv2, norm2);

    /// <summary>The first filters, as many as there are channels, hand these on as they are (Dirac).</summary>
    public void StartAsIdentity()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (Convolution convolution in new[] { conv1, conv2 })
            nn.init.dirac_(convolution.Weight.narrow(0, 0, convolution.Weight.shape[1]));
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = norm1.Activated(MaxPooling.Apply(conv1.forward(input)), Activation.Gelu);
        return norm2.After(conv2, map, activation: Activation.Gelu).MoveToOuterDisposeScope();
    }

    public GraphValue Export(IGraphBuilder graph, GraphValue input)
    {
        GraphValue pooled = graph.MaxPool(graph.Module(conv1, input), KernelWindow.Square(2, stride: 2, padding: 0));
        GraphValue map = graph.Activated(graph.Module(norm1, pooled), Activation.Gelu);
        return norm2.ExportAfter(conv2, graph, map, activation: Activation.Gelu);
    }
}
